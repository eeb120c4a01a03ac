/**
 * Brings the copy of a task's state on this machine up to its changelog. A copy is trusted only
 * where the changelog can have told it everything: one that is older than removals are remembered,
 * or ahead of the changelog, is thrown away and built anew.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type ChangelogEntry, isMark } from './changelog.js';
import type { KafkaConnection } from './connection.js';
import { KafkaError } from './errors.js';
import { type FetchLimits, fetchRecords } from './fetch-records.js';
import type { LocalCopy } from './local-state.js';
import { firstOffset } from './offsets.js';

const LIMITS = { waitMs: 50, bytesMax: 8 * 1024 * 1024, partitionBytesMax: 8 * 1024 * 1024 };
const RETRY_MS = 50;
/**
 * Half of the time for which a compacted changelog remembers removals (`topics.ts`): a copy that has
 * not been brought up to date for so long may have missed one.
 */
export const COPY_AGE_MS_MAX: number = 3.5 * 24 * 60 * 60 * 1000;

export interface Changelog {
  readonly topic: string;
  readonly partition: number;
  /** The mark of the present owner: everything before it is settled, and nobody else writes after. */
  readonly markOffset: number;
}

export async function restoreCopy(
  connection: KafkaConnection,
  copy: LocalCopy,
  changelog: Changelog,
  limits: FetchLimits = LIMITS,
): Promise<void> {
  const { topic, partition, markOffset } = changelog;
  const first = await firstOffset(connection, changelog);
  const place = copy.place();
  const isUsable =
    place !== undefined &&
    place.changelogOffset >= first &&
    place.changelogOffset <= markOffset &&
    // A clock that was ahead when it was saved makes the copy look younger than it is.
    Math.abs(Date.now() - place.savedAtMs) < COPY_AGE_MS_MAX;
  if (!isUsable) await copy.clear();
  let next = isUsable ? place.changelogOffset : first;
  while (next <= markOffset) {
    const broker = await connection.leader(topic, partition);
    const [fetched] = await fetchRecords(broker, [{ topic, partition, from: next }], limits);
    if (fetched === undefined || fetched.error !== undefined) {
      await waitOut(connection, changelog, fetched?.error);
      continue;
    }
    // What is committed may take a moment to be readable.
    if (fetched.nextOffset === next) continue;
    const entries = fetched.records.flatMap(({ key, value }): ChangelogEntry[] =>
      key === null || isMark(key) ? [] : [{ key, value }],
    );
    next = fetched.nextOffset;
    // Applied once more after a crash in between, entries end up the same.
    await copy.apply(entries, { changelogOffset: next, savedAtMs: Date.now() });
  }
}

/** A partition that has no leader just now gets one; everything else needs somebody. */
async function waitOut(
  connection: KafkaConnection,
  { topic, partition }: Changelog,
  error: string | undefined,
): Promise<void> {
  if (error === 'OFFSET_OUT_OF_RANGE') {
    throw new KafkaError(
      'ROSI_LOG_UNAVAILABLE',
      `${topic} ${partition} was cut while it was read; it is read again`,
    );
  }
  await delay(RETRY_MS);
  await connection.refresh();
}
