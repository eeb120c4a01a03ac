/** Partition choice: murmur2 of the key's UTF-8 bytes, as Kafka's Java client does it, everywhere. */
import type { Topic } from '@rosi/events';

const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/** Kafka's 32-bit murmur2, signed. */
export function murmur2(data: Uint8Array): number {
  const { length } = data;
  let h = SEED ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k =
      (data[i] as number) |
      ((data[i + 1] as number) << 8) |
      ((data[i + 2] as number) << 16) |
      ((data[i + 3] as number) << 24);
    k = Math.imul(k, M);
    k ^= k >>> R;
    k = Math.imul(k, M);
    h = Math.imul(h, M) ^ k;
  }
  const rest = length & 3;
  if (rest === 3) h ^= (data[i + 2] as number) << 16;
  if (rest >= 2) h ^= (data[i + 1] as number) << 8;
  if (rest >= 1) h = Math.imul(h ^ (data[i] as number), M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
}

/** The partition of a key among `partitions`. */
export function partitionOf(key: string, partitions: number): number {
  if (partitions === 1) return 0;
  return (murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff) % partitions;
}

const only: readonly number[] = [0];

/** The partitions that a record goes to: its key's, the one that it names, or every one. */
export function partitionsOf<T>(topic: Topic<T>, value: T, partitions: number): readonly number[] {
  if (partitions === 1 && topic.partitionOf === undefined) return only;
  const named = topic.partitionOf?.(value);
  if (named === undefined) return [partitionOf(topic.keyOf(value), partitions)];
  if (named === 'every') return Array.from({ length: partitions }, (_, partition) => partition);
  if (Number.isInteger(named) && named >= 0 && named < partitions) return [named];
  throw new RangeError(`${topic.name} has no partition ${named}: there are ${partitions}`);
}
