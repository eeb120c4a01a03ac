/** Waiting for something to change, for at most so long: many may wait, all are woken. */
export class Signal {
  private waiting = new Set<() => void>();

  notify(): void {
    for (const wake of this.waiting) wake();
    this.waiting = new Set();
  }

  /** Resolves on the next `notify`, or after the time. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.waiting.add(wake);
    });
  }
}
