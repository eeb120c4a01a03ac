/**
 * Real threads, running the built package: Node 20 can't load TypeScript in a worker, so the build
 * is brought up to date first.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorker } from './worker-start.js';

const packageDir = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'rosi-worker-'));
const entry = pathToFileURL(join(folder, 'probe.mjs'));

const builtPackage = pathToFileURL(`${packageDir}dist/index.js`);
const source = `
import { getPriority } from 'node:os';
import { serveWorker, RosiError } from ${JSON.stringify(builtPackage)};
serveWorker(async (options, logger, fault, observe) => {
  logger.info('probe runs');
  if (options.measured === 'niceness') observe('niceness', getPriority());
  else if (options.measured !== undefined) observe('probe_seconds', options.measured);
  if (options.start === 'fails') throw new RosiError('ROSI_LOG_UNAVAILABLE', 'no log');
  if (options.later === 'throws') setTimeout(() => { throw new TypeError('uncaught'); });
  if (options.later === 'rejects') setTimeout(() => { Promise.reject(new Error('unhandled')); });
  if (options.later === 'faults') {
    setTimeout(() => fault(new RosiError('ROSI_STATE_VERSION', 'told')));
  }
  if (options.later === 'exits') setTimeout(() => process.exit(7));
  const alive = setInterval(() => {}, 1000);
  return { async stop() {
    clearInterval(alive);
    if (options.stop === 'fails') throw new Error('can not stop');
    const flag = new Int32Array(options.shared);
    Atomics.add(flag, 0, 1);
  } };
});
`;

beforeAll(() => {
  const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');
  execFileSync(process.execPath, [tsc, '-b', packageDir]);
  writeFileSync(entry, source);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const noFault = (error: Error) => {
  throw error;
};

function startProbe(options: Record<string, unknown>, fault: (error: Error) => void = noFault) {
  return startWorker(entry, { logLevel: 'silent', ...options }, { fault });
}

/** The fault that such a probe ends with; a second one would fail the test. */
async function faultOf(options: Record<string, unknown>): Promise<Error> {
  const faults: Error[] = [];
  const worker = await new Promise<{ stop(): Promise<void> }>((resolve, reject) => {
    const starting = startProbe(options, (error) => {
      faults.push(error);
      starting.then(resolve, reject);
    });
  });
  await worker.stop(); // Resolves after the thread has ended: nothing can follow.
  expect(faults).toHaveLength(1);
  return faults[0]!;
}

describe('a service on a thread', () => {
  test('tells what it measured', async () => {
    const seen: unknown[] = [];
    const options = { logLevel: 'silent', measured: 0.25, shared: new SharedArrayBuffer(4) };
    const worker = await startWorker(entry, options, {
      fault: noFault,
      observed: (name, value) => seen.push([name, value]),
    });
    await worker.stop();
    expect(seen).toEqual([['probe_seconds', 0.25]]);
  });

  test.runIf(process.platform === 'linux')('gives way to the thread that started it', async () => {
    const seen: unknown[] = [];
    const before = getPriority();
    const shared = new SharedArrayBuffer(4);
    const options = { logLevel: 'silent', measured: 'niceness', shared };
    const worker = await startWorker(entry, options, {
      fault: noFault,
      observed: (name, value) => seen.push([name, value]),
    });
    await worker.stop();
    expect(seen).toEqual([['niceness', Math.min(19, before + 5)]]);
    expect(getPriority()).toBe(before);
  });

  test('is ready, stops once when asked, and leaves no fault', async () => {
    const shared = new SharedArrayBuffer(4);
    const worker = await startProbe({ shared });
    await Promise.all([worker.stop(), worker.stop()]);
    await worker.stop();
    expect(new Int32Array(shared)[0]).toBe(1);
  });

  test('a failing start rejects with its code', async () => {
    const starting = startProbe({ start: 'fails' });
    await expect(starting).rejects.toMatchObject({
      code: 'ROSI_LOG_UNAVAILABLE',
      message: 'no log',
    });
  });

  test('an entry that can not be loaded rejects', async () => {
    const missing = new URL('missing.mjs', entry);
    await expect(startWorker(missing, {}, { fault: noFault })).rejects.toThrow(/missing\.mjs/);
  });

  test.each([
    ['throws', { name: 'TypeError', message: 'uncaught' }],
    ['rejects', { message: 'unhandled' }],
    ['faults', { code: 'ROSI_STATE_VERSION', message: 'told', exitCode: 2 }],
    ['exits', { code: 'ROSI_WORKER_FAULT', message: 'probe ended unasked (exit code 7).' }],
  ])('when it %s later, the parent hears of it once', async (later, expected) => {
    expect(await faultOf({ later })).toMatchObject(expected);
  });

  test('a stop that fails rejects', async () => {
    const worker = await startProbe({ stop: 'fails' });
    await expect(worker.stop()).rejects.toThrow('can not stop');
  });
});
