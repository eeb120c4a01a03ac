/**
 * The clicks that were kept lately, so that a reload costs nothing. Bounded; a click that was
 * forgotten is kept once more, and its copies count once all the same.
 */
const clicksMax = 50_000;

export class RecentClicks {
  /** Two generations: when the younger is full, the older goes. */
  #young = new Set<string>();
  #old = new Set<string>();

  has(clickId: string): boolean {
    return this.#young.has(clickId) || this.#old.has(clickId);
  }

  add(clickId: string): void {
    if (this.#young.size >= clicksMax) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(clickId);
  }
}
