/** A process that simulates the seeds which it is told. */
import type { Answer, Order } from './messages.js';
import { runSeed } from './run-seed.js';

process.on('message', (order: Order) => {
  const answer: Answer = runSeed(order);
  process.send?.(answer);
});
