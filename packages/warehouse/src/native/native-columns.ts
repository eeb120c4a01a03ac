/**
 * Columns of one block in ClickHouse's format Native: values are appended one by one, and lie
 * behind each other, an array's values in a column of their own after the arrays' ends.
 */
import { NativeBytes } from './native-bytes.js';

export interface NativeColumn {
  /** As the block names it; ClickHouse turns a String into a LowCardinality(String) itself. */
  readonly type: string;
  /** Throws when the value is not of the type. */
  append(value: unknown): void;
  /** Nothing but what a column holds that is left out; of arrays it is never said. */
  isDefault(): boolean;
  /** Pieces, in order. */
  bytes(): readonly Uint8Array[];
}

/** For the types that the tables have; another is a broken schema. */
export function nativeColumn(type: string): NativeColumn {
  const element = /^Array\((.*)\)$/.exec(type)?.[1];
  if (element !== undefined) return new ArrayColumn(nativeColumn(element));
  if (type === 'String' || type === 'LowCardinality(String)') return new TextColumn();
  // UInt8 is no number of ours, but what some engines take for a flag; the server casts it.
  if (type === 'Bool' || type === 'UInt8') return new FlagColumn();
  if (type === 'UInt32') return new NumberColumn(type, (bytes, value) => bytes.uint32(value));
  if (type === 'Int64' || type === 'UInt64' || type.startsWith('DateTime64(3')) {
    return new NumberColumn(type, (bytes, value) => bytes.int64(value));
  }
  throw new Error(`no native column of type ${type}`);
}

/** Without the value: it may be a person's. */
const misfit = (type: string, value: unknown) => new Error(`a ${typeof value} is no ${type}`);

class TextColumn implements NativeColumn {
  readonly type = 'String';
  readonly #bytes = new NativeBytes();
  #isDefault = true;

  append(value: unknown): void {
    if (typeof value !== 'string') throw misfit(this.type, value);
    if (value !== '') this.#isDefault = false;
    this.#bytes.text(value);
  }

  isDefault = () => this.#isDefault;
  bytes = () => [this.#bytes.written()];
}

class FlagColumn implements NativeColumn {
  readonly type = 'Bool';
  readonly #bytes = new NativeBytes();
  #isDefault = true;

  append(value: unknown): void {
    if (typeof value !== 'boolean') throw misfit(this.type, value);
    if (value) this.#isDefault = false;
    this.#bytes.uint8(value ? 1 : 0);
  }

  isDefault = () => this.#isDefault;
  bytes = () => [this.#bytes.written()];
}

class NumberColumn implements NativeColumn {
  readonly type: string;
  readonly #put: (bytes: NativeBytes, value: number) => void;
  readonly #bytes = new NativeBytes();
  #isDefault = true;

  constructor(type: string, put: (bytes: NativeBytes, value: number) => void) {
    this.type = type;
    this.#put = put;
  }

  append(value: unknown): void {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw misfit(this.type, value);
    if (value !== 0) this.#isDefault = false;
    this.#put(this.#bytes, value);
  }

  isDefault = () => this.#isDefault;
  bytes = () => [this.#bytes.written()];
}

class ArrayColumn implements NativeColumn {
  readonly type: string;
  readonly #elements: NativeColumn;
  readonly #ends = new NativeBytes();
  #end = 0;

  constructor(elements: NativeColumn) {
    this.type = `Array(${elements.type})`;
    this.#elements = elements;
  }

  append(value: unknown): void {
    if (!Array.isArray(value)) throw misfit(this.type, value);
    for (const element of value) this.#elements.append(element);
    this.#end += value.length;
    this.#ends.int64(this.#end);
  }

  /** Nested columns must come together, whatever they hold. */
  isDefault = () => false;
  bytes = () => [this.#ends.written(), ...this.#elements.bytes()];
}
