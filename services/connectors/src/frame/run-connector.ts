/**
 * Runs one connector until it is told to stop: pages from the cursor on, each delivered, then its
 * keys and its cursor on disk, then the next. Guarantees that nothing is passed over (the cursor
 * moves only behind what was accepted) and that failures are waited out, never given up on.
 */
import { type Logger, RosiError } from '@rosi/service-kit';
import { type BackoffLimits, backoffMs } from './backoff.js';
import type { BoundConnector, ConnectorIo, Page } from './connector.js';
import type { CursorFile } from './cursor-file.js';
import { ProviderFailure } from './provider-failure.js';
import type { Delivered } from './sender.js';

/** What an operator is told, each under a name of this list. */
export interface ConnectorReport {
  accepted(events: number): void;
  rejected(events: number): void;
  ignored(reason: string, messages: number): void;
  failed(kind: string): void;
  /** Whether the provider is being read, or is waited for. */
  connected(isConnected: boolean): void;
}

export interface ConnectorRun {
  readonly connector: BoundConnector;
  readonly io: ConnectorIo;
  readonly cursor: CursorFile;
  readonly report: ConnectorReport;
  readonly logger: Logger;
  readonly backoff: BackoffLimits;
  deliver(events: Page['events']): Promise<Delivered>;
  random(): number;
}

/** A cursor that moved without an event is written this seldom: it saves reading, not events. */
const idleCursorMs = 5_000;
/** Whoever was read for this long had recovered; a failure after it is a first one. */
const steadyMs = 60_000;

/** Resolves when the signal is aborted; rejects on a fault of our own. */
export async function runConnector(run: ConnectorRun): Promise<void> {
  const { io } = run;
  let failures = 0;
  while (!io.signal.aborted) {
    const startedAt = io.now();
    try {
      await readPages(run);
      failures = 0;
      run.report.connected(false);
      await io.wait(run.connector.restMs);
    } catch (error) {
      run.report.connected(false);
      io.memory.forgetUnsaved();
      if (io.signal.aborted) return;
      // Of our own configuration, data folder or collector: nothing gets better by waiting.
      if (error instanceof RosiError) throw error;
      failures = io.now() - startedAt >= steadyMs ? 1 : failures + 1;
      await waitOut(run, failureOf(error, run.logger), failures);
    }
  }
}

async function readPages(run: ConnectorRun): Promise<void> {
  const { connector, io, cursor, report } = run;
  const writer = new CursorWriter(cursor, () => io.now());
  try {
    for await (const page of connector.pages(cursor.read(), io)) {
      report.connected(true);
      await deliverPage(run, page);
      writer.passed(page);
    }
  } finally {
    writer.flush();
  }
}

async function deliverPage({ deliver, io, report }: ConnectorRun, page: Page): Promise<void> {
  if (page.events.length > 0) {
    const { accepted, rejected } = await deliver(page.events);
    report.accepted(accepted);
    report.rejected(rejected);
  }
  for (const [reason, messages] of Object.entries(page.ignored)) report.ignored(reason, messages);
  io.memory.save();
}

/** Only pages that were delivered are told of here. */
class CursorWriter {
  readonly #file: CursorFile;
  readonly #now: () => number;
  #waiting: string | null = null;
  #writtenAt = 0;

  constructor(file: CursorFile, now: () => number) {
    this.#file = file;
    this.#now = now;
  }

  passed({ cursor, events }: Page): void {
    if (cursor === null) return;
    this.#waiting = cursor;
    const isDue = events.length > 0 || this.#now() - this.#writtenAt >= idleCursorMs;
    if (isDue) this.flush();
  }

  flush(): void {
    if (this.#waiting === null) return;
    this.#file.write(this.#waiting);
    this.#waiting = null;
    this.#writtenAt = this.#now();
  }
}

/**
 * What nobody foresaw is a fault of the connector's. It must not end the product: what makes it fail
 * may be a message that anybody in the network can write.
 */
function failureOf(error: unknown, logger: Logger): ProviderFailure {
  if (error instanceof ProviderFailure) return error;
  logger.error({ err: error }, 'a connector failed by a fault of ours; please report it');
  return new ProviderFailure('fault', 'see the error before', null, { cause: error });
}

async function waitOut(run: ConnectorRun, failure: ProviderFailure, failures: number) {
  const { kind, retryAfterMs } = failure;
  const waitMs = backoffMs(failures, retryAfterMs, run.random(), run.backoff);
  run.report.failed(kind);
  const facts = { kind, failures, waitMs, told: failure.message };
  if (kind === 'refused') run.logger.error(facts, refusedAdvice);
  else run.logger.warn(facts, 'a provider can not be read now; it is asked again');
  await run.io.wait(waitMs).catch((error: unknown) => {
    if (!run.io.signal.aborted) throw error;
  });
}

const refusedAdvice =
  'a provider refuses the key or the account of a connector: `rosi connector add` takes a new one';
