/**
 * Avro codecs of the records that travel between ROSI's parts. All codecs share one registry, so
 * that a record which several others contain is defined once.
 */
import avro from 'avsc';

/** Turns values of one record type into Avro's binary form and back. */
export interface Codec<T> {
  /** Throws when the value does not fit the schema: that is a defect of the caller. */
  encode(value: T): Buffer;
  /** Throws when the bytes are not a value of the schema. */
  decode(bytes: Buffer): T;
}

const registry: Record<string, avro.Type> = {};

/** Makes the codec of one record schema; records it refers to must have been made before. */
export function codec<T>(schema: unknown): Codec<T> {
  const type = avro.Type.forSchema(schema as avro.Schema, { registry });
  return {
    encode: (value) => type.toBuffer(value),
    decode: (bytes) => type.fromBuffer(bytes) as T,
  };
}
