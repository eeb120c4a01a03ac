/**
 * How far the pipeline is, from positions and ends. `settled` is true only when everything that was
 * accepted before the call is stitched, attributed and in ClickHouse: all positions are read first
 * and all ends afterwards, so work that goes on meanwhile can make it false but never wrongly true.
 */
import type { PipelineStatus, StageStatus } from '@rosi/collector';
import {
  eventsCollected,
  ledgerCatalogue,
  ledgerErasures,
  ledgerIdentities,
  ledgerOrders,
  ledgerSuppressions,
  ledgerTouchpoints,
} from '@rosi/events';
import type { LogReader, OutcomeCounts } from '@rosi/streams';

export interface Position {
  readonly topic: string;
  readonly partition: number;
  /** The next offset that is read. */
  readonly position: number;
}

export interface StitcherProgress {
  readonly positions: readonly Position[];
  /** Records of internal topics that wait. */
  readonly queued: number;
  /** The smallest timestamp among them; null: none waits. */
  readonly oldestQueued: number | null;
}

/** A stage as its metrics need it. */
export interface StageProgress extends StageStatus {
  /** Offsets finished, over all partitions. */
  readonly finished: number;
}

export interface PipelineProgress extends PipelineStatus {
  readonly stages: readonly StageProgress[];
}

export interface PipelineReaders {
  /** Has events.collected. */
  readonly log: LogReader;
  /** Has the ledger topics. */
  readonly state: LogReader;
  stitcher(): StitcherProgress | Promise<StitcherProgress>;
  outcomes(): readonly OutcomeCounts[] | Promise<readonly OutcomeCounts[]>;
  loader(): readonly Position[] | Promise<readonly Position[]>;
}

const collected = eventsCollected.name;
const ledgers = [
  ledgerOrders,
  ledgerTouchpoints,
  ledgerIdentities,
  ledgerCatalogue,
  ledgerSuppressions,
  ledgerErasures,
].map((topic) => topic.name);
/**
 * What `fresh_through` looks at, of each partition that lags: records lie nearly in the order of
 * their causes, and status is asked often, just when there is much to do.
 */
const scanned = { recordsMax: 500, bytesMax: 4 * 1024 * 1024 };

/** What one consumer has still to read of one topic. */
interface Backlog {
  readonly reader: LogReader;
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
  readonly end: number;
}

export async function readPipelineStatus(readers: PipelineReaders): Promise<PipelineProgress> {
  const stitcher = await readers.stitcher();
  const loader = await readers.loader();
  // From here on only ends are read.
  const [collectedByStitcher, collectedByLoader, ...ledgersByLoader] = await Promise.all([
    backlogs(readers.log, collected, stitcher.positions),
    backlogs(readers.log, collected, loader),
    ...ledgers.map((topic) => backlogs(readers.state, topic, loader)),
  ]);
  const all = [...collectedByStitcher, ...collectedByLoader, ...ledgersByLoader.flat()];
  const outcomes = outcomeCounts(await readers.outcomes());
  const settled = stitcher.queued === 0 && all.every(({ position, end }) => position >= end);
  return {
    settled,
    freshThrough: settled ? null : await freshThrough(all, stitcher.oldestQueued),
    stages: [
      stage('stitcher', collectedByStitcher, stitcher.queued, outcomes),
      stage(`loader ${collected}`, collectedByLoader, 0, {}),
      ...ledgersByLoader.map((lags, index) => stage(`loader ${ledgers[index] ?? ''}`, lags, 0, {})),
    ],
  };
}

/** The same with clicks that the log does not have yet. */
export function withClicks(
  status: PipelineStatus,
  waiting: number,
  oldestReceivedAt: number | null,
): PipelineStatus {
  const clicks: StageStatus = { name: 'clicks', lastOffset: null, lag: waiting, outcomes: {} };
  const stages = [...status.stages, clicks];
  if (waiting === 0) return { ...status, stages };
  const oldest = oldestReceivedAt === null ? null : new Date(oldestReceivedAt).toISOString();
  const times = [status.freshThrough, oldest].filter((time) => time !== null).sort();
  return { settled: false, freshThrough: times[0] ?? null, stages };
}

/** A partition without a position has not been begun: its consumer is at its first record. */
function backlogs(
  reader: LogReader,
  topic: string,
  positions: readonly Position[],
): Promise<Backlog[]> {
  const backlog = async (_: unknown, partition: number): Promise<Backlog> => {
    const known = positions.find((one) => one.topic === topic && one.partition === partition);
    const position = known?.position ?? (await reader.firstOffset(topic, partition));
    return { reader, topic, partition, position, end: await reader.endOffset(topic, partition) };
  };
  return Promise.all(Array.from({ length: reader.partitions(topic) }, backlog));
}

async function freshThrough(
  all: readonly Backlog[],
  oldestQueued: number | null,
): Promise<string | null> {
  let oldest = oldestQueued ?? Number.POSITIVE_INFINITY;
  for (const { reader, topic, partition, position, end } of all) {
    if (position >= end) continue;
    const { records } = await reader.read(topic, partition, position, scanned);
    for (const { timestamp } of records) {
      oldest = Math.min(oldest, timestamp);
    }
  }
  return Number.isFinite(oldest) ? new Date(oldest).toISOString() : null;
}

function stage(
  name: string,
  lags: readonly Backlog[],
  queued: number,
  outcomes: Readonly<Record<string, number>>,
): StageProgress {
  const lag = lags.reduce((sum, { position, end }) => sum + Math.max(0, end - position), 0);
  // Of several partitions the one that is furthest.
  const last = Math.max(-1, ...lags.map(({ position }) => position - 1));
  const finished = lags.reduce((sum, { position }) => sum + position, 0);
  return { name, lastOffset: last < 0 ? null : last, lag: lag + queued, outcomes, finished };
}

function outcomeCounts(counts: readonly OutcomeCounts[]): Record<string, number> {
  return Object.fromEntries(
    counts.map(({ processor, outcome, reason, count }) => [
      [processor, outcome, reason].join('.'),
      count,
    ]),
  );
}

/** The offset below which every consumer of events.collected has finished; retention stops there. */
export function consumedOf(
  stitcher: StitcherProgress,
  loader: readonly Position[],
  partition: number,
): number {
  const positionIn = (positions: readonly Position[]) =>
    positions.find((one) => one.topic === collected && one.partition === partition)?.position ?? 0;
  return Math.min(positionIn(stitcher.positions), positionIn(loader));
}
