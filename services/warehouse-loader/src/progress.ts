/**
 * The loader's durable positions, one checkpoint per topic and partition, and reading them from
 * elsewhere (`settled`). A position is one past the last record known to be in ClickHouse; an open
 * batch was fixed and its outcome may be unknown.
 */
import { randomUUID } from 'node:crypto';
import {
  type Checkpoints,
  type ConsumerPlace,
  openCheckpoints,
  placeKey,
} from '@rosi/streams-embedded';
import { type BatchBounds, loadedTopicNames } from './batch.js';

export interface Checkpoint extends ConsumerPlace {
  readonly open: BatchBounds | null;
}

export type CheckpointStore = Pick<Checkpoints, 'get' | 'put'>;

export function readCheckpoint(
  store: Pick<CheckpointStore, 'get'>,
  topic: string,
  partition: number,
): Checkpoint | undefined {
  const bytes = store.get(placeKey(topic, partition));
  if (bytes === undefined) return undefined;
  // Only `writeCheckpoint` writes here.
  return JSON.parse(bytes.toString()) as Checkpoint;
}

/** Resolves once it is on disk. */
export function writeCheckpoint(
  store: Pick<CheckpointStore, 'put'>,
  topic: string,
  partition: number,
  checkpoint: Checkpoint,
): Promise<void> {
  return store.put(placeKey(topic, partition), Buffer.from(JSON.stringify(checkpoint)));
}

/** Never a place's key: those end in a number. */
const LIFE_KEY = 'life';

/** Names the life of these positions: made with them, and lost with them. */
export async function readLife(store: CheckpointStore): Promise<string> {
  return store.get(LIFE_KEY)?.toString() ?? renewLife(store);
}

export async function renewLife(store: Pick<CheckpointStore, 'put'>): Promise<string> {
  const life = randomUUID();
  await store.put(LIFE_KEY, Buffer.from(life));
  return life;
}

/** A replay that has been asked for, and has not emptied the tables yet. */
const REPLAY_KEY = 'replay';

/** The generation to begin; null: none. */
export function askedReplay(store: Pick<CheckpointStore, 'get'>): number | null {
  const asked = store.get(REPLAY_KEY)?.toString() ?? '';
  return asked === '' ? null : Number(asked);
}

/** Resolves once it is on disk. */
export function askReplay(
  store: Pick<CheckpointStore, 'put'>,
  generation: number | null,
): Promise<void> {
  return store.put(REPLAY_KEY, Buffer.from(generation === null ? '' : String(generation)));
}

const erasedKey = (topic: string, partition: number) => `erased:${topic}:${partition}:`;

/** Rows of records before that offset may have been changed by an erasure; 0: none was. */
function erasedUpTo(store: Pick<CheckpointStore, 'get'>, topic: string, partition: number): number {
  return Number(store.get(erasedKey(topic, partition))?.toString() ?? 0);
}

/** Resolves once it is on disk. */
export function noteErased(
  store: Pick<CheckpointStore, 'put'>,
  { topic, partition }: { readonly topic: string; readonly partition: number },
  end: number,
): Promise<void> {
  return store.put(erasedKey(topic, partition), Buffer.from(String(end)));
}

/** Makes positions anew in a folder that has none. Resolves once they are on disk. */
export async function beginAt(
  dir: string,
  positions: readonly Omit<LoaderPosition, 'erasedTo'>[],
): Promise<void> {
  const store = await openCheckpoints({ dir });
  try {
    for (const { topic, partition, position } of positions) {
      await writeCheckpoint(store, topic, partition, { position, open: null });
    }
    await renewLife(store);
  } finally {
    await store.close();
  }
}

export interface LoaderPosition {
  readonly topic: string;
  readonly partition: number;
  /** One past the last record that can be queried. */
  readonly position: number;
  /** Rows of records before it may have been changed by an erasure. */
  readonly erasedTo: number;
}

export interface LoaderProgress {
  /** As of now; a partition that nothing was loaded from is missing. */
  positions(): LoaderPosition[];
  close(): Promise<void>;
}

/** Reads the positions in the loader's folder (`$ROSI_DATA_DIR/loader`) from any thread. */
export async function loaderProgress(dir: string): Promise<LoaderProgress> {
  const store = await openCheckpoints({ dir });
  return {
    positions: () => positionsIn(store),
    close: () => store.close(),
  };
}

/** Of all topics that are loaded, as of one moment. */
export function positionsIn(store: Pick<CheckpointStore, 'get'>): LoaderPosition[] {
  return loadedTopicNames.flatMap((topic) => positionsOf(store, topic));
}

/** Partitions count up from 0 without gaps: each writes its checkpoint when the loader starts. */
function positionsOf(store: Pick<CheckpointStore, 'get'>, topic: string): LoaderPosition[] {
  const found: LoaderPosition[] = [];
  for (;;) {
    const checkpoint = readCheckpoint(store, topic, found.length);
    if (checkpoint === undefined) return found;
    const partition = found.length;
    const erasedTo = erasedUpTo(store, topic, partition);
    found.push({ topic, partition, position: checkpoint.position, erasedTo });
  }
}
