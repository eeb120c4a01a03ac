/**
 * Records on the wire as Confluent's serialisers write them: a zero byte, the id of the schema that
 * wrote the record as four bytes, Avro's binary form. Any Avro client can read ROSI's topics with it.
 */
import type { Topic } from '@rosi/events';
import { KafkaError } from './errors.js';

const MAGIC = 0;
const HEAD_BYTES = 5;

/** The ids to write, by those of schemas/wire; one that is missing stands for itself. */
export type SchemaIds = ReadonlyMap<number, number>;

export class Framing {
  private readonly heads = new Map<number, Buffer>();

  constructor(private readonly ids: SchemaIds = new Map()) {}

  /** Topics of tests, whose codecs have no schema, are written as they are. */
  encode<T>({ codec }: Topic<T>, value: T): Buffer {
    const { schemaId } = codec;
    return schemaId === undefined ? codec.encode(value) : codec.encode(value, this.head(schemaId));
  }

  private head(schemaId: number): Buffer {
    const known = this.heads.get(schemaId);
    if (known !== undefined) return known;
    const head = Buffer.alloc(HEAD_BYTES, MAGIC);
    head.writeInt32BE(this.ids.get(schemaId) ?? schemaId, 1);
    this.heads.set(schemaId, head);
    return head;
  }
}

/** Throws ROSI_TOPIC_UNFIT; the place is told by the caller. */
export function decodeRecord<T>({ codec }: Topic<T>, bytes: Buffer): T {
  if (codec.schemaId === undefined) return codec.decode(bytes);
  const body = bodyOf(bytes);
  try {
    return codec.decode(body);
  } catch (cause) {
    throw new KafkaError(
      'ROSI_TOPIC_UNFIT',
      `a record of schema ${bytes.readInt32BE(1)} can't be read by this build: a newer one wrote ` +
        'it, or something that is not ROSI; run the newest build in every process',
      { cause },
    );
  }
}

/** What comes after the head. Throws ROSI_TOPIC_UNFIT when there is none. */
export function bodyOf(bytes: Buffer): Buffer {
  if (bytes.length > HEAD_BYTES && bytes[0] === MAGIC) return bytes.subarray(HEAD_BYTES);
  throw new KafkaError(
    'ROSI_TOPIC_UNFIT',
    "a record is not in Confluent's framing: a build of before it, or something that is not ROSI, " +
      'wrote it. Begin with another ROSI_KAFKA_PREFIX and send the events again',
  );
}
