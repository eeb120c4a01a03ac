/** One fetch request, answered partition by partition; an error of one does not hide the others. */
import { ByteReader } from './byte-reader.js';
import { type Broker, encodeFetch, errorFromCode } from './kafkajs-internals.js';
import { type AbortedTransaction, type KafkaRecord, readCommitted } from './record-batches.js';

const READ_COMMITTED = 1;
const CONSUMER = -1;
/** kafkajs keeps two connections to a broker; fetches have the second. */
const FETCH_CONNECTION = 1;

export interface FetchRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
}

export interface FetchLimits {
  /** How long the broker waits for a first record. */
  readonly waitMs: number;
  readonly bytesMax: number;
  readonly partitionBytesMax: number;
}

export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Kafka's name of what went wrong with this partition; then there are no records. */
  readonly error: string | undefined;
  readonly records: readonly KafkaRecord[];
  readonly nextOffset: number;
  /** Everything before it can be read now; transactions that are still open begin there. */
  readonly lastStableOffset: number;
  /** The oldest offset that retention has left. */
  readonly firstOffset: number;
}

/** Committed records only. Throws when the broker can't be reached. */
export async function fetchRecords(
  broker: Broker,
  ranges: readonly FetchRange[],
  limits: FetchLimits,
): Promise<FetchedPartition[]> {
  const request = encodeFetch({
    replicaId: CONSUMER,
    isolationLevel: READ_COMMITTED,
    minBytes: 1,
    maxWaitTime: limits.waitMs,
    maxBytes: limits.bytesMax,
    topics: ranges.map(({ topic, partition, from }) => ({
      topic,
      partitions: [{ partition, fetchOffset: from, maxBytes: limits.partitionBytesMax }],
    })),
  });
  const from = new Map(ranges.map((range) => [`${range.topic}/${range.partition}`, range.from]));
  const fetched: FetchedPartition[] = [];
  const response = {
    async decode(payload: Buffer) {
      decodeResponse(payload, from, fetched);
      return { clientSideThrottleTime: 0 };
    },
    parse: async (decoded: object) => decoded,
  };
  try {
    await connected(broker);
    await broker.connectionPool.send({ request, response });
  } catch (error) {
    // As kafkajs does it: only a new connection helps.
    await broker.disconnect();
    throw error;
  }
  return fetched;
}

const connecting = new WeakMap<object, Promise<unknown>>();

/** kafkajs opens a socket for every request that comes before the first has connected. */
function connected({ connectionPool }: Broker): Promise<unknown> {
  const known = connecting.get(connectionPool);
  if (known !== undefined) return known;
  const fresh = connectionPool
    .getConnection(FETCH_CONNECTION)
    .finally(() => connecting.delete(connectionPool));
  connecting.set(connectionPool, fresh);
  return fresh;
}

function decodeResponse(
  payload: Buffer,
  from: ReadonlyMap<string, number>,
  into: FetchedPartition[],
): void {
  const reader = new ByteReader(payload);
  reader.int32(); // throttling, which the broker has done itself
  const errorCode = reader.int16();
  if (errorCode !== 0) throw errorFromCode(errorCode);
  reader.int32(); // fetch session: none
  for (let topics = reader.count(); topics > 0; topics -= 1) {
    const topic = reader.string();
    for (let partitions = reader.count(); partitions > 0; partitions -= 1) {
      into.push(decodePartition(reader, topic, from));
    }
  }
}

function decodePartition(
  reader: ByteReader,
  topic: string,
  from: ReadonlyMap<string, number>,
): FetchedPartition {
  const partition = reader.int32();
  const errorCode = reader.int16();
  reader.int64(); // high watermark: records up to it may still be taken back
  const lastStableOffset = reader.int64();
  const firstOffset = reader.int64();
  const aborted: AbortedTransaction[] = [];
  for (let left = reader.count(); left > 0; left -= 1) {
    aborted.push({ producerId: reader.id64(), firstOffset: reader.int64() });
  }
  reader.int32(); // preferred replica: we read from leaders
  const recordSet = reader.slice(reader.count());
  const begin = from.get(`${topic}/${partition}`) ?? 0;
  const read =
    errorCode === 0 ? readCommitted(recordSet, begin, aborted) : { records: [], nextOffset: begin };
  const error = errorCode === 0 ? undefined : errorFromCode(errorCode).type;
  return { topic, partition, error, ...read, lastStableOffset, firstOffset };
}
