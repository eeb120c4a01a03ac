/** Many simulations on several processes. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Order } from './messages.js';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));
/** Most of what a simulation makes dies young. */
const SEMI_SPACE_MB = 32;

/** Hands `seeds` to `processes` workers and calls `done` with each result, in no particular order. */
export async function runSeeds(
  seeds: readonly number[],
  options: { readonly processes: number; readonly partitions: number | undefined },
  done: (answer: Answer) => void,
): Promise<void> {
  const left = [...seeds].reverse();
  const workers = Array.from({ length: Math.min(options.processes, seeds.length) }, startWorker);
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let seed = left.pop(); seed !== undefined; seed = left.pop()) {
          done(await ask(worker, { seed, partitions: options.partitions }));
        }
      }),
    );
  } finally {
    for (const worker of workers) worker.disconnect();
  }
}

function startWorker(): ChildProcess {
  return fork(WORKER, [], { execArgv: [`--max-semi-space-size=${SEMI_SPACE_MB}`] });
}

function ask(worker: ChildProcess, order: Order): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) =>
      reject(new Error(`The worker ended with ${code} at seed ${order.seed}`));
    worker.once('exit', onExit);
    worker.once('message', (answer) => {
      worker.off('exit', onExit);
      resolve(answer as Answer);
    });
    worker.send(order);
  });
}
