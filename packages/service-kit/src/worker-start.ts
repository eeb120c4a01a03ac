/**
 * The parent's half of a service that runs on a thread. A start that fails rejects; whatever ends
 * the thread later, without being asked to stop, reaches `fault` exactly once.
 */
import { Worker } from 'node:worker_threads';
import { errorFromWire, RosiError } from './errors.js';
import { armedFailpoint } from './failpoints.js';
import type { FromWorker, ToWorker, WorkerSetting } from './worker-protocol.js';

/**
 * Resolves once the worker is ready. `entry` is the module that calls serveWorker; `options` must
 * survive a structured clone. `stop` resolves when the service has stopped and its thread ended,
 * and rejects when the service failed to stop.
 */
export async function startWorker(
  entry: URL,
  options: unknown,
  on: {
    readonly fault: (error: Error) => void;
    readonly observed?: (name: string, value: number) => void;
  },
): Promise<{ stop(): Promise<void> }> {
  const name = nameOf(entry);
  const setting: WorkerSetting = { name, options, failpoint: armedFailpoint() };
  const worker = new Worker(entry, { workerData: setting, name });
  let phase: 'starting' | 'running' | 'stopping' | 'ended' = 'starting';
  const ready = deferred();
  const stopped = deferred();
  stopped.promise.catch(() => undefined); // Told by stop(); nobody may be waiting yet.

  const end = (error: Error) => {
    const before = phase;
    phase = 'ended';
    if (before === 'starting') ready.reject(error);
    if (before === 'running') on.fault(error);
    if (before !== 'ended') stopped.reject(error);
  };
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'observed') on.observed?.(message.name, message.value);
    else if (message.kind === 'fault') end(errorFromWire(message.error));
    else if (message.kind === 'ready' && phase === 'starting') {
      phase = 'running';
      ready.resolve();
    } else if (message.kind === 'stopped') {
      phase = 'ended';
      stopped.resolve();
    }
  });
  worker.on('error', end); // What even the worker's own handlers could not report.
  worker.on('exit', (exitCode) =>
    end(new RosiError('ROSI_WORKER_FAULT', `${name} ended unasked (exit code ${exitCode}).`)),
  );
  await ready.promise;

  let stopping: Promise<void> | undefined;
  return {
    stop() {
      stopping ??= stopWorker(worker, stopped.promise, () => {
        if (phase !== 'running') return false;
        phase = 'stopping';
        return true;
      });
      return stopping;
    },
  };
}

/** A worker that has ended by a fault is not asked again: its fault has been told. */
async function stopWorker(
  worker: Worker,
  stopped: Promise<void>,
  beginStopping: () => boolean,
): Promise<void> {
  try {
    if (!beginStopping()) return;
    const message: ToWorker = { kind: 'stop' };
    worker.postMessage(message);
    await stopped;
  } finally {
    await worker.terminate();
  }
}

/** Promise.withResolvers, which Node 20 does not have. */
function deferred() {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

/** `services/stitcher/dist/main.js` is the worker `stitcher`. */
function nameOf(entry: URL): string {
  const parts = entry.pathname.split('/');
  const file = parts.at(-1) ?? 'worker';
  const folder = parts.at(-3);
  return /^(main|index)\./.test(file) && folder ? folder : file.replace(/\.[cm]?[jt]s$/, '');
}
