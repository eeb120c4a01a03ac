/**
 * Erasures, one after the other: the tables have everything that the log held when the erasure was
 * told, so that all that is left of the old names is in them; then they forget.
 */
import { ledgerErasures, parseIdentifierKey } from '@rosi/events';
import type { LogReader, LogRecord } from '@rosi/streams';
import type { Warehouse } from '@rosi/warehouse';
import type { Lens } from './lens.js';
import type { LoaderLimits, LoaderLogger } from './loader-options.js';
import { pause } from './pause.js';
import { type CheckpointStore, noteErased, readCheckpoint, writeCheckpoint } from './progress.js';
import { warnOfErasure } from './settle-batch.js';
import type { Turn } from './turns.js';

/** A partition of a topic that becomes rows. */
export interface LoadedPlace {
  readonly reader: LogReader;
  readonly topic: string;
  readonly partition: number;
}

export interface ErasureLoaderOptions {
  readonly reader: LogReader;
  readonly partition: number;
  readonly others: readonly LoadedPlace[];
  readonly warehouse: Pick<Warehouse, 'forget'>;
  readonly checkpoints: CheckpointStore;
  readonly lens: Lens;
  readonly limits: LoaderLimits;
  readonly logger: LoaderLogger;
  /** Of every table. */
  readonly turns: readonly Turn[];
  readonly stopping: AbortSignal;
}

/** Until stopped; an erasure that is under way then is done again. */
export async function runErasureLoader(options: ErasureLoaderOptions): Promise<void> {
  const { reader, partition, checkpoints, limits, stopping } = options;
  const topic = ledgerErasures.name;
  let position = readCheckpoint(checkpoints, topic, partition)?.position ?? 0;
  await writeCheckpoint(checkpoints, topic, partition, { position, open: null });
  while (!stopping.aborted) {
    const from = Math.max(position, await reader.firstOffset(topic, partition));
    const { records, next } = await reader.read(topic, partition, from, {
      recordsMax: 1,
      bytesMax: limits.batchBytesMax,
    });
    const [record] = records;
    if (next === position) {
      await pause(limits.pollMs, stopping);
      continue;
    }
    if (record !== undefined && !(await forget(options, record))) return;
    position = next;
    await writeCheckpoint(checkpoints, topic, partition, { position, open: null });
  }
}

/** False when stopped before the tables have forgotten. */
async function forget(options: ErasureLoaderOptions, record: LogRecord): Promise<boolean> {
  const { lens, warehouse, turns, limits, stopping } = options;
  const erasure = ledgerErasures.codec.decode(record.value);
  const { workspace, members, orders, persons } = erasure;
  lens.suppress(erasure);
  if (!(await everythingIsLoaded(options))) return false;
  for (const place of options.others) {
    const end = await place.reader.endOffset(place.topic, place.partition);
    await noteErased(options.checkpoints, place, end);
  }
  const erased = {
    workspace,
    members: members.map(parseIdentifierKey),
    orders,
    persons,
    erasedId: (eventId: string, touchpoint: boolean) =>
      lens.erasedId({ workspace, eventId, touchpoint }),
  };
  for (let backoffMs = limits.backoffMsMin; !stopping.aborted; ) {
    try {
      await inAllTurns(turns, () => warehouse.forget(erased));
      return true;
    } catch (error) {
      warnOfErasure(options, record.offset, error, backoffMs);
      await pause(backoffMs, stopping);
      backoffMs = Math.min(backoffMs * 2, limits.backoffMsMax);
    }
  }
  return false;
}

/** All that stood in the log when this began; false when stopped before. */
async function everythingIsLoaded(options: ErasureLoaderOptions): Promise<boolean> {
  const { others, checkpoints, limits, stopping } = options;
  const ends = await Promise.all(
    others.map(({ reader, topic, partition }) => reader.endOffset(topic, partition)),
  );
  const isLoaded = ({ topic, partition }: LoadedPlace, index: number) =>
    (readCheckpoint(checkpoints, topic, partition)?.position ?? 0) >= (ends[index] ?? 0);
  while (!others.every(isLoaded)) {
    if (stopping.aborted) return false;
    await pause(limits.pollMs, stopping);
  }
  return true;
}

/** While nobody else writes to any of the tables. */
function inAllTurns<T>(turns: readonly Turn[], work: () => Promise<T>): Promise<T> {
  const [first, ...rest] = turns;
  return first === undefined ? work() : first(() => inAllTurns(rest, work));
}
