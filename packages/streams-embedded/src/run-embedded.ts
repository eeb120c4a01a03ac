/**
 * Runs a topology on one LMDB environment, in the thread of the caller: cycle after cycle while
 * there is work, and a look at the input every few milliseconds while there is none.
 */
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { OutcomeCounts, TopicReader, Topology } from '@rosi/streams';
import { type CycleBudget, Engine } from './engine.js';
import type { Retention } from './partition-log.js';
import { openStateEnvironment } from './state-store.js';

const BATCH_RECORDS_MAX = 1000;
// Only a backlog reaches it. A commit writes every page that was touched, so fewer and larger
// commits go through it faster and write less: measured, four times as long cycles write half.
const BUDGET: CycleBudget = { records: 200_000, ms: 400, msWithoutBacklog: 10 };
const IDLE_MS_MIN = 1;
const IDLE_MS_MAX = 8;
const CUT_EVERY_MS = 1000;

export interface EmbeddedOptions {
  readonly topology: Topology;
  readonly dir: string;
  readonly input: TopicReader;
  readonly partitions: number;
  /** Records that a task gets at once; default 1,000. */
  readonly batchRecordsMax?: number;
  /** When a cycle takes no more input; default after 200,000 records or 400 ms, 25 ms without a backlog. */
  readonly budget?: Partial<CycleBudget>;
  /** The processors' clock; default the system's. */
  readonly now?: () => number;
  /** How long ledger topics are kept; default for ever. */
  readonly ledgerRetention?: Retention;
  /** Positions of the ledger's consumers, asked before a cut; without it nothing is cut. */
  readonly ledgerConsumed?: () => (topic: string, partition: number) => number;
  /** How often to look for what may be cut; default every second. */
  readonly cutEveryMs?: number;
  /** Before each commit, within its transaction: what it throws undoes it. */
  readonly beforeCommit?: () => void;
  /** After each durable commit; `ms` is from taking its records to its end. */
  readonly onCommit?: (commit: { readonly records: number; readonly ms: number }) => void;
  /** The runtime has stopped; its state is as before the batch that failed. */
  readonly onFault: (error: Error) => void;
}

export interface EmbeddedRuntime {
  /** Ends after the cycle under way; everything handled is durable. */
  stop(): Promise<void>;
  /** As of the last commit. */
  outcomes(): OutcomeCounts[];
}

/** Opens the state (refusing what does not fit) and begins to run. */
export async function runEmbedded(options: EmbeddedOptions): Promise<EmbeddedRuntime> {
  const stores = openStateEnvironment(options.dir, { create: true });
  let engine: Engine;
  try {
    engine = new Engine(
      {
        topology: options.topology,
        dir: options.dir,
        input: options.input,
        partitions: options.partitions,
        batchRecordsMax: options.batchRecordsMax ?? BATCH_RECORDS_MAX,
        budget: { ...BUDGET, ...options.budget },
        now: options.now ?? Date.now,
        ...(options.beforeCommit === undefined ? {} : { beforeCommit: options.beforeCommit }),
      },
      stores,
    );
  } catch (error) {
    await stores.environment.close();
    throw error;
  }
  const stopping = new AbortController();
  let outcomes = engine.tally.list();
  const committed = (records: number, ms: number) => {
    outcomes = engine.tally.list();
    options.onCommit?.({ records, ms });
  };
  const ended = loop(engine, options, stopping.signal, committed).then(
    () => stores.environment.close(),
    async (error: unknown) => {
      await stores.environment.close();
      options.onFault(error instanceof Error ? error : new Error(String(error)));
    },
  );
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
    outcomes: () => outcomes,
  };
}

async function loop(
  engine: Engine,
  options: EmbeddedOptions,
  stopping: AbortSignal,
  committed: (records: number, ms: number) => void,
): Promise<void> {
  let idleMs = IDLE_MS_MIN;
  const cutEveryMs = options.cutEveryMs ?? CUT_EVERY_MS;
  let cutAt = performance.now() + cutEveryMs;
  while (!stopping.aborted) {
    const begun = performance.now();
    const records = engine.cycle();
    if (records > 0) {
      committed(records, performance.now() - begun);
      idleMs = IDLE_MS_MIN;
      if (engine.isFull) while (engine.workIn());
      await nextTurn();
    } else if (engine.workIn()) {
      await nextTurn();
    } else {
      await pause(idleMs, stopping);
      idleMs = Math.min(idleMs * 2, IDLE_MS_MAX);
    }
    if (performance.now() >= cutAt) {
      const more = cutLedger(engine, options);
      cutAt = more ? 0 : performance.now() + cutEveryMs;
    }
  }
}

/** True when there may be more to cut. */
function cutLedger(engine: Engine, options: EmbeddedOptions): boolean {
  const { ledgerConsumed, ledgerRetention } = options;
  if (ledgerConsumed === undefined || ledgerRetention === undefined) return false;
  return engine.cutLedger(ledgerConsumed(), ledgerRetention) > 0;
}

/** Resolves after the time, or at once when the runtime is to stop. */
async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stopping }).catch((error: unknown) => {
    if (!stopping.aborted) throw error;
  });
}
