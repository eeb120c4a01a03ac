/**
 * The worker's half of a service that runs on a thread: starts it with the parent's options, says
 * when it is ready, stops it when asked, and reports whatever ends it. No error is lost: one that
 * nobody caught ends the thread and reaches the parent with its code.
 */
import { getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { errorToWire, RosiError } from './errors.js';
import { armFailpoint } from './failpoints.js';
import { createLogger, type Logger } from './logger.js';
import type { FromWorker, ToWorker, WorkerSetting } from './worker-protocol.js';

/**
 * Called once, by the entry module of a worker. The logger takes its level from `options.logLevel`
 * (info when there is none). `fault` ends the thread and tells the parent; `observe` tells the parent
 * what was measured, for its metrics.
 */
export function serveWorker<O>(
  start: (
    options: O,
    logger: Logger,
    fault: (error: Error) => void,
    observe: (name: string, value: number) => void,
  ) => Promise<{ stop(): Promise<void> }>,
): void {
  const port = parentPort;
  if (port === null) {
    throw new RosiError('ROSI_USAGE_INVALID', 'This module is a worker: run `rosi start` instead.');
  }
  const say = (message: FromWorker) => port.postMessage(message);
  let ended = false;
  const fault = (thrown: unknown) => {
    if (ended) return;
    ended = true;
    say({ kind: 'fault', error: errorToWire(thrown) });
    process.exit(1); // Ends this thread only; the message is already in the parent's queue.
  };
  process.on('uncaughtException', fault);
  process.on('unhandledRejection', fault);

  // The parent's startWorker puts this shape there, and the options are its caller's O.
  const setting = workerData as WorkerSetting;
  const options = setting.options as O;
  armFailpoint(setting.failpoint);
  giveWay();
  const logger = createLogger({ name: setting.name, level: levelOf(setting.options) });
  const observe = (name: string, value: number) => say({ kind: 'observed', name, value });
  const starting = Promise.resolve().then(() => start(options, logger, fault, observe));
  starting.then(() => say({ kind: 'ready' }), fault);

  port.on('message', (_message: ToWorker) => {
    starting
      .then((running) => running.stop())
      .then(() => {
        ended = true;
        say({ kind: 'stopped' });
        port.close();
      })
      .catch(fault);
  });
}

/** Beside a busy thread that gives no way it has a quarter of the core: a backlog still gets on. */
const niceness = 5;
const nicenessMax = 19;

/**
 * The thread that answers people goes first where cores are few: what works through a backlog can
 * wait (ADR 22). Linux has a priority for each thread; elsewhere it would be the whole process's.
 */
function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Math.min(nicenessMax, getPriority() + niceness));
  } catch {
    // A system that forbids it: the threads share as they always did.
  }
}

function levelOf(options: unknown): string {
  if (typeof options !== 'object' || options === null || !('logLevel' in options)) return 'info';
  return typeof options.logLevel === 'string' ? options.logLevel : 'info';
}
