/**
 * Between a stream that pushes and a connector that takes: bounded, so that a provider faster than
 * the event log is held back rather than kept in memory.
 */
export class MessageQueue<T> {
  readonly #itemsMax: number;
  readonly #onFull: (isFull: boolean) => void;
  #items: T[] = [];
  #failure: Error | null = null;
  #wake: () => void = () => undefined;
  #isFull = false;

  /** `onFull` is told when the source should pause (true) and may go on (false). */
  constructor(itemsMax: number, onFull: (isFull: boolean) => void) {
    this.#itemsMax = itemsMax;
    this.#onFull = onFull;
  }

  push(item: T): void {
    this.#items.push(item);
    if (!this.#isFull && this.#items.length >= this.#itemsMax) {
      this.#isFull = true;
      this.#onFull(true);
    }
    this.#wake();
  }

  /** What was pushed before is still taken; then `take` rejects with this. */
  fail(failure: Error): void {
    this.#failure ??= failure;
    this.#wake();
  }

  /** At least one item, at most `countMax`, in order. */
  async take(countMax: number): Promise<readonly T[]> {
    while (this.#items.length === 0) {
      if (this.#failure !== null) throw this.#failure;
      await this.#changed();
    }
    return this.#takeNow(countMax);
  }

  /** The same; none when nothing came within the time. */
  async takeWithin(countMax: number, ms: number): Promise<readonly T[]> {
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      this.#wake();
    }, ms);
    try {
      while (this.#items.length === 0 && !isOver) {
        if (this.#failure !== null) throw this.#failure;
        await this.#changed();
      }
      return this.#takeNow(countMax);
    } finally {
      clearTimeout(timer);
    }
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #takeNow(countMax: number): readonly T[] {
    const taken = this.#items.splice(0, countMax);
    if (this.#isFull && this.#items.length < this.#itemsMax / 2) {
      this.#isFull = false;
      this.#onFull(false);
    }
    return taken;
  }
}
