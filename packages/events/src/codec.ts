/**
 * Avro codecs of the records that travel between ROSI's parts. All codecs share one registry, so
 * that a record which several others contain is defined once.
 */
import avro from 'avsc';
import { ShortString } from './short-string.js';

/** Turns values of one record type into Avro's binary form and back. */
export interface Codec<T> {
  /** Of the schema on the wire (schemas/wire); only records of topics have one. */
  readonly schemaId?: number;
  /**
   * Throws when the value does not fit the schema: that is a defect of the caller. `head`: bytes to
   * stand before the value.
   */
  encode(value: T, head?: Uint8Array): Buffer;
  /** Throws when the bytes are not a value of the schema. */
  decode(bytes: Buffer): T;
}

const registry: Record<string, avro.Type> = { string: new ShortString() };

/**
 * Makes the codec of one record schema; records it refers to must have been made before.
 *
 * Evolution is additive: a new field comes last and has a default of nothing (0, '', false or []). So
 * bytes that an older build wrote lack the last fields, and are read with their defaults.
 */
export function codec<T>(schema: unknown, schemaId?: number): Codec<T> {
  const type = avro.Type.forSchema(schema as avro.Schema, { registry });
  const addedMax = addedFields(type);
  return {
    ...(schemaId === undefined ? {} : { schemaId }),
    encode: (value, head = NO_HEAD) => encodeInto(type, value, head),
    decode(bytes) {
      try {
        return type.fromBuffer(bytes) as T;
      } catch (error) {
        return decodeOlder<T>(type, bytes, addedMax, error);
      }
    },
  };
}

const NO_HEAD = new Uint8Array(0);

/** Encoded values lie one behind the other in slabs: a buffer of its own for each costs more. */
const SLAB_BYTES = 64 * 1024;
let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
let slabUsed = 0;

function encodeInto(type: avro.Type, value: unknown, head: Uint8Array): Buffer {
  let end = type.encode(value, slab, slabUsed + head.length);
  if (end < 0 && slabUsed > 0) {
    // A new slab: the old one lives as long as a value in it does.
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    slabUsed = 0;
    end = type.encode(value, slab, head.length);
  }
  if (end < 0) return Buffer.concat([head, type.toBuffer(value)]);
  slab.set(head, slabUsed);
  const bytes = slab.subarray(slabUsed, end);
  slabUsed = end;
  return bytes;
}

/** How many of the last fields may have been added since: those with a default of nothing. */
function addedFields(type: avro.Type): number {
  if (!avro.Type.isType(type, 'record')) return 0;
  const fields = (type as avro.types.RecordType).fields;
  const isNothing = (value: unknown) =>
    value === 0 || value === '' || value === false || isEmptyArray(value);
  const last = fields.findLastIndex((field) => !isNothing(field.defaultValue()));
  return fields.length - 1 - last;
}

const isEmptyArray = (value: unknown) => Array.isArray(value) && value.length === 0;

/** Nothing is one zero byte, whatever its type. */
function decodeOlder<T>(type: avro.Type, bytes: Buffer, addedMax: number, cause: unknown): T {
  for (let added = 1; added <= addedMax; added += 1) {
    try {
      return type.fromBuffer(Buffer.concat([bytes, Buffer.alloc(added)])) as T;
    } catch {
      // Fewer or more fields were missing.
    }
  }
  throw cause;
}

/** Whether values that the older schema wrote can be read by the newer one; both as JSON text. */
export function canRead(newer: string, older: string): boolean {
  try {
    // Of registries of their own: both define records of the same names.
    const reader = avro.Type.forSchema(JSON.parse(newer) as avro.Schema, { registry: {} });
    const writer = avro.Type.forSchema(JSON.parse(older) as avro.Schema, { registry: {} });
    reader.createResolver(writer);
    return true;
  } catch {
    return false;
  }
}
