/**
 * What came from outside, on its way into the log: at once, but for barriers. A barrier is let in
 * when all before it has been handled to its end, and what follows it when it has been itself.
 */
import type { Sent } from '../batch.js';
import type { LogPartition, MemoryLog } from '../memory-log.js';

/** How far it has come; a crash may take it back. */
export interface Admitted {
  readonly count: number;
  /** A barrier is being handled. */
  readonly isAlone: boolean;
}

export class Admission {
  readonly #log: MemoryLog;
  readonly #arrived: Sent[] = [];
  admitted: Admitted = { count: 0, isAlone: false };

  constructor(log: MemoryLog) {
    this.#log = log;
  }

  arrive(sent: Sent): void {
    this.#arrived.push(sent);
  }

  /** Lets in what may come in, and returns the partitions that have got a record. */
  admit(isQuiet: () => boolean): LogPartition[] {
    let { count, isAlone } = this.admitted;
    const grown: LogPartition[] = [];
    if (count === this.#arrived.length && !isAlone) return grown;
    if (isAlone && !isQuiet()) return grown;
    isAlone = false;
    for (let next = this.#arrived[count]; next !== undefined; next = this.#arrived[count]) {
      if (next.topic.isBarrier?.(next.value) === true) {
        isAlone = grown.length === 0 && isQuiet();
        if (!isAlone) break;
      }
      grown.push(...this.#log.append(next));
      count += 1;
      if (isAlone) break;
    }
    this.admitted = { count, isAlone };
    return grown;
  }
}
