/**
 * How many requests of one sender are worked on at once; the others wait, first come first served. So
 * whoever sends on many connections is far from filling the log's queue and the thread's turn, in which
 * all others would wait as well. Memory: an entry for each sender with a request under way.
 */
export class Turns {
  readonly #max: () => number;
  readonly #lines = new Map<string, Line>();

  /** `max` of one sender, asked anew for each turn; at least 1. */
  constructor(max: () => number) {
    this.#max = max;
  }

  /** Senders with work under way. */
  get senders(): number {
    return this.#lines.size;
  }

  /** Does `work` when it is the sender's turn, and answers as it does. */
  async take<T>(sender: string, work: () => Promise<T>): Promise<T> {
    const line = this.#lines.get(sender) ?? { underWay: 0, waiting: [] };
    if (line.underWay === 0) this.#lines.set(sender, line);
    if (line.underWay < this.#max()) line.underWay += 1;
    else await new Promise<void>((begin) => line.waiting.push(begin));
    try {
      return await work();
    } finally {
      line.underWay -= 1;
      this.#begin(line);
      if (line.underWay === 0) this.#lines.delete(sender);
    }
  }

  #begin(line: Line): void {
    const max = this.#max();
    while (line.underWay < max) {
      const next = line.waiting.shift();
      if (next === undefined) return;
      line.underWay += 1;
      next();
    }
  }
}

interface Line {
  underWay: number;
  readonly waiting: (() => void)[];
}
