/** Where a prefix scan begins and ends, the same for every runtime. */

/** The bounds of a scan; `undefined` means open. */
export interface ByteRange {
  /** Inclusive. */
  readonly low: Buffer;
  /** Exclusive; undefined: no upper bound. */
  readonly high: Buffer | undefined;
  /** Inclusive upper bound of a reverse scan that has a `from` within the prefix. */
  readonly last: Buffer | undefined;
}

/** The smallest bytes greater than all that begin with `prefix`; undefined when none are. */
export function prefixEnd(prefix: Uint8Array): Buffer | undefined {
  for (let length = prefix.length; length > 0; length -= 1) {
    const byte = prefix[length - 1] as number;
    if (byte === 0xff) continue;
    const end = Buffer.from(prefix.subarray(0, length));
    end[length - 1] = byte + 1;
    return end;
  }
  return undefined;
}

/**
 * The bounds of `StateStore.range`; they may be the very bytes of the options. A `from` outside the
 * prefix does not widen the range: one before it begins at its beginning, one after it is empty
 * (in reverse the other way round).
 */
export function byteRange(options: {
  readonly prefix: Uint8Array;
  readonly from?: Uint8Array;
  readonly reverse?: boolean;
}): ByteRange {
  const prefix = asBuffer(options.prefix);
  const from = options.from === undefined ? undefined : asBuffer(options.from);
  const high = prefixEnd(prefix);
  if (from === undefined) return { low: prefix, high, last: undefined };
  if (options.reverse !== true) {
    return { low: Buffer.compare(from, prefix) > 0 ? from : prefix, high, last: undefined };
  }
  const within = high === undefined || Buffer.compare(from, high) < 0;
  return { low: prefix, high, last: within ? from : undefined };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
}
