/**
 * Runs one import: items in, batches out, a few requests at a time, progress written after each
 * answer in the order of the file. The counts it answers cover the whole file, a run before that
 * was interrupted included.
 */
import { type Batches, createBatches, type NumberedEvent } from './batches.js';
import type { ImportEvent, ImportItem } from './item.js';
import type { ProgressFile } from './progress-file.js';
import { addTally, countRejected, emptyTally, type ImportReport, type Tally } from './report.js';

export interface ImportRun {
  readonly items: AsyncIterable<ImportItem>;
  /** Sends a batch, or of a dry run judges it. */
  deliver(batch: readonly NumberedEvent[]): Promise<Tally>;
  /** Null: of a dry run. */
  readonly progress: ProgressFile | null;
  bytesRead(): number;
  onProgress(bytes: number, events: number): void;
  readonly previewMax: number;
}

export type ImportOutcome = Pick<
  ImportReport,
  | 'sent'
  | 'accepted'
  | 'rejected'
  | 'rejectedByCode'
  | 'firstRejected'
  | 'skipped'
  | 'ordersOfNobody'
  | 'preview'
  | 'resumedAfter'
>;

const inFlightMax = 4;

export async function runImport(run: ImportRun): Promise<ImportOutcome> {
  const before = run.progress?.read() ?? { events: 0, tally: emptyTally() };
  const delivery = createDelivery(run, before.events, before.tally);
  // Lines in error are found again when the file is read again; only answers are remembered.
  const local = emptyTally();
  const skippedLines: Record<string, number> = {};
  const preview: unknown[] = [];
  const batches: Batches = createBatches();
  let events = 0;
  let ordersOfNobody = 0;
  for await (const item of run.items) {
    if (item.kind === 'skipped') {
      skippedLines[item.reason] = (skippedLines[item.reason] ?? 0) + 1;
    } else if (item.kind === 'rejected') {
      countRejected(local, item);
    } else {
      events += 1;
      if (isOfNobody(item.event)) ordersOfNobody += 1;
      if (preview.length < run.previewMax) preview.push(item.event);
      if (events <= before.events) continue;
      const batch = batches.add(item.line, item.event);
      if (batch !== null) await delivery.deliver(batch);
    }
  }
  const rest = batches.rest();
  if (rest.length > 0) await delivery.deliver(rest);
  await delivery.finish();
  run.progress?.remove();
  const total = delivery.tally;
  addTally(total, local);
  const resumedAfter = before.events;
  return { ...total, skipped: skippedLines, ordersOfNobody, preview, resumedAfter };
}

/** A purchase that states no identifier: no touchpoint leads to it by itself. */
function isOfNobody({ type, identifiers }: ImportEvent): boolean {
  if (type !== 'purchase') return false;
  const stated = typeof identifiers === 'object' && identifiers !== null ? identifiers : {};
  return Object.keys(stated).length === 0;
}

interface Delivery {
  readonly tally: Tally;
  /** Resolves when there is room for the next one. */
  deliver(batch: readonly NumberedEvent[]): Promise<void>;
  finish(): Promise<void>;
}

function createDelivery(run: ImportRun, eventsBefore: number, before: Tally): Delivery {
  const tally = emptyTally();
  addTally(tally, before);
  const underWay: Promise<{ part: Tally; events: number; bytes: number }>[] = [];
  let answered = eventsBefore;
  const takeOldest = async () => {
    const oldest = underWay.shift();
    if (oldest === undefined) return;
    const { part, events, bytes } = await oldest;
    addTally(tally, part);
    answered += events;
    run.progress?.write({ events: answered, tally }, bytes);
    run.onProgress(bytes, answered);
  };
  return {
    tally,
    async deliver(batch) {
      const bytes = run.bytesRead();
      const delivering = run.deliver(batch).then((part) => ({ part, events: batch.length, bytes }));
      // Told when its turn comes; until then it is no unhandled rejection.
      delivering.catch(() => undefined);
      underWay.push(delivering);
      if (underWay.length >= inFlightMax) await takeOldest();
    },
    async finish() {
      while (underWay.length > 0) await takeOldest();
    },
  };
}
