/**
 * Whoever sends too much hears so later, and those of one network one after the other. Most senders wait
 * for an answer before they send on: so a flood costs the others a fraction of what refusing it at once
 * would, and it doesn't come back in waves. Only so many wait in all; beyond, the answer comes at once.
 */

const firstMs = 500;
const betweenMs = 10;
const waitingMax = 5_000;

/** Of each network with an answer that waits: how many do, and when the last of them goes out. */
const networks = new Map<string, { waiting: number; lastAt: number }>();
let waiting = 0;

/** Calls `answer` when it is the network's turn. */
export function laterOf(network: string, answer: () => void): void {
  if (waiting >= waitingMax) {
    answer();
    return;
  }
  const now = performance.now();
  const line = networks.get(network) ?? { waiting: 0, lastAt: 0 };
  networks.set(network, line);
  line.lastAt = Math.max(now + firstMs, line.lastAt + betweenMs);
  line.waiting += 1;
  waiting += 1;
  setTimeout(() => {
    line.waiting -= 1;
    waiting -= 1;
    if (line.waiting === 0) networks.delete(network);
    answer();
  }, line.lastAt - now);
}
