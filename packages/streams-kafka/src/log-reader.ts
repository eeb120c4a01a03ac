/**
 * Reads topics from outside of any task: for the loader, which follows them, and for status, which
 * looks here and there. Committed records only. `endOffset` counts what is not committed yet, and
 * markers: who has read up to it has seen everything that was written before it was asked.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { LogReader, ReadRun } from '@rosi/streams';
import { withAdmin } from './admin.js';
import { connectWatching, type KafkaConnection, type KafkaOptions } from './connection.js';
import { cutTooFar } from './cut-too-far.js';
import { KafkaError, remedyOf } from './errors.js';
import { namedFailure } from './failure.js';
import { type FetchedPartition, fetchRecords } from './fetch-records.js';
import { Fetcher } from './fetcher.js';
import { bodyOf } from './framing.js';
import { endOffsets, firstOffset, offsetIn, type Place, placeKey } from './offsets.js';
import { type RunLimits, runOf } from './runs.js';
import { Tail } from './tail.js';
import { TopicNames } from './task-spec.js';

const RETRY_MS = 100;
const PATIENCE_MS = 60_000;
const FETCH = { waitMs: 0, bytesMax: 8 * 1024 * 1024, partitionBytesMax: 4 * 1024 * 1024 };

export interface KafkaLogReaderOptions {
  readonly kafka: KafkaOptions;
  readonly partitions: number;
  readonly prefix?: string;
  /** All topics that will be read; they must be there. */
  readonly topics: readonly string[];
  /** Whether records stand in Confluent's framing, as those of ROSI do; then it is taken off. */
  readonly framed?: boolean;
  /** Fetch ahead, for a reader that goes on and on; default: each read asks Kafka. */
  readonly follow?: boolean;
  /** How long a question is repeated while Kafka does not answer; default a minute. */
  readonly patienceMs?: number;
  readonly onTrouble?: (error: unknown) => void;
}

export interface KafkaLogReader extends LogReader {
  close(): Promise<void>;
}

/** Throws ROSI_LOG_UNAVAILABLE when Kafka does not answer. */
export async function openLogReader(options: KafkaLogReaderOptions): Promise<KafkaLogReader> {
  const { kafka, topics, prefix = '' } = options;
  const names = new TopicNames(prefix);
  try {
    const { clusterId } = await withAdmin(kafka, (admin) => admin.describeCluster());
    const watched = topics.map((topic) => names.of(topic));
    const connection = await connectWatching(kafka, watched);
    return new Reader(options, connection, `${clusterId}:${prefix}`);
  } catch (cause) {
    throw namedFailure(kafka, cause);
  }
}

class Reader implements KafkaLogReader {
  private readonly names: TopicNames;
  private readonly tails = new Map<string, Tail>();
  /** What readers were told: what they read from there on must not be passed over. */
  private readonly firstTold = new Map<string, number>();
  private readonly fetcher: Fetcher | undefined;
  private isClosed = false;

  constructor(
    private readonly options: KafkaLogReaderOptions,
    private readonly connection: KafkaConnection,
    readonly uuid: string,
  ) {
    this.names = new TopicNames(options.prefix ?? '');
    const { onTrouble = () => {} } = options;
    if (options.follow === true) this.fetcher = new Fetcher(connection, onTrouble);
  }

  partitions(): number {
    return this.options.partitions;
  }

  async firstOffset(topic: string, partition: number): Promise<number> {
    const place = this.placeOf(topic, partition);
    const first =
      this.tailOf(place)?.firstOffset ??
      (await this.patiently(() => firstOffset(this.connection, place)));
    this.firstTold.set(placeKey(place), first);
    return first;
  }

  async endOffset(topic: string, partition: number): Promise<number> {
    const place = this.placeOf(topic, partition);
    return this.patiently(async () => offsetIn(await endOffsets(this.connection, [place]), place));
  }

  async read(topic: string, partition: number, from: number, limits: RunLimits): Promise<ReadRun> {
    const run = await this.readFramed(topic, partition, from, limits);
    if (this.options.framed === false) return run;
    return { ...run, records: run.records.map((one) => ({ ...one, value: bodyOf(one.value) })) };
  }

  private async readFramed(
    topic: string,
    partition: number,
    from: number,
    limits: RunLimits,
  ): Promise<ReadRun> {
    const place = this.placeOf(topic, partition);
    const tail = this.tailOf(place);
    const known = tail?.read(from, limits);
    // Who reads a stretch again must not take "not fetched yet" for "nothing there".
    const isAtEnd = tail !== undefined && from >= tail.stableOffset;
    if (known !== undefined && (known.next > from || isAtEnd)) return known;
    const fetched = await this.fetch(place, from);
    const start = Math.max(from, fetched.firstOffset);
    this.follow(place, start, fetched);
    return runOf(place, fetched.records, fetched.nextOffset, limits);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.fetcher?.close();
    await this.connection.close();
  }

  private placeOf(topic: string, partition: number): Place {
    return { topic: this.names.of(topic), partition };
  }

  private tailOf(place: Place): Tail | undefined {
    const tail = this.tails.get(placeKey(place));
    if (tail?.trouble === undefined) return tail;
    this.fetcher?.remove(tail);
    this.tails.delete(placeKey(place));
    return undefined;
  }

  /** A look back leaves the tail where it is. */
  private follow(place: Place, from: number, fetched: FetchedPartition): void {
    const { fetcher } = this;
    const reach = this.tailOf(place)?.reach ?? 0;
    if (fetcher === undefined || from < reach) return;
    const onRoom = () => fetcher.resume();
    const tail = new Tail(place.topic, place.partition, from, fetched, onRoom);
    const before = this.tails.get(placeKey(place));
    if (before !== undefined) fetcher.remove(before);
    this.tails.set(placeKey(place), tail);
    fetcher.add(tail);
  }

  /**
   * From there on, or from the first that retention has left; throws when it has cut since the
   * reader asked, since nobody would notice the gap.
   */
  private fetch(place: Place, from: number): Promise<FetchedPartition> {
    const told = this.firstTold.get(placeKey(place)) ?? Number.POSITIVE_INFINITY;
    return this.patiently(async () => {
      const first = await firstOffset(this.connection, place);
      if (told <= from && from < first) throw cutTooFar(place, from, first);
      const start = Math.max(from, first);
      const broker = await this.connection.leader(place.topic, place.partition);
      const [fetched] = await fetchRecords(broker, [{ ...place, from: start }], FETCH);
      if (fetched?.error === undefined && fetched !== undefined) return fetched;
      throw new KafkaError(
        'ROSI_LOG_UNAVAILABLE',
        `Kafka does not give ${placeKey(place)} from ${start} on: ${fetched?.error ?? 'no answer'}`,
      );
    });
  }

  /** Tries again while it may help. */
  private async patiently<T>(ask: () => Promise<T>): Promise<T> {
    const until = Date.now() + (this.options.patienceMs ?? PATIENCE_MS);
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        const isOver = this.isClosed || Date.now() > until;
        if (isOver || remedyOf(error) !== 'reopen') throw namedFailure(this.options.kafka, error);
        this.options.onTrouble?.(error);
      }
      await delay(RETRY_MS);
      await this.connection.refresh().catch((error: unknown) => this.options.onTrouble?.(error));
    }
  }
}
