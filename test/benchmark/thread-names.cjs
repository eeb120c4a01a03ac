/**
 * Preloaded into the measured product (node --require) by the benchmark: tells which thread of the
 * operating system runs which part, so that CPU time can be told apart. Linux only; no other effect.
 */
const { appendFileSync, readlinkSync } = require('node:fs');
const { isMainThread, workerData } = require('node:worker_threads');

const file = process.env['ROSI_BENCHMARK_THREADS'];
if (file !== undefined) {
  // Synchronous calls run on this very thread, so this names it: <pid>/task/<tid>.
  const thread = readlinkSync('/proc/thread-self').split('/').at(-1);
  const name = isMainThread ? 'collector (main thread)' : (workerData?.name ?? 'worker');
  appendFileSync(file, `${thread} ${name}\n`);
}
