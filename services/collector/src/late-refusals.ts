/**
 * Whoever sends too much hears so later, and a sender's refusals one after the other. Most senders wait for
 * an answer before they send on: so a flood costs the others a fraction of what refusing it at once would,
 * and it doesn't come back in waves. Only so many wait; beyond, the answer comes at once and the connection
 * is closed. Memory: an entry for each sender with an answer that waits.
 */
import type { ServerResponse } from 'node:http';

const firstMs = 500;
const betweenMs = 10;
/** Of one sender: the last of them waits five seconds. */
const senderMax = 450;
const allMax = 5_000;

export class LateRefusals {
  readonly #bySender = new Map<string, number>();
  readonly #answers = new Set<() => void>();

  /** How many wait. */
  get waiting(): number {
    return this.#answers.size;
  }

  /** Calls `answer` when it is the sender's turn. False: too many wait, and it is for now. */
  later(sender: string, response: ServerResponse, answer: () => void): boolean {
    const before = this.#bySender.get(sender) ?? 0;
    if (before >= senderMax || this.#answers.size >= allMax) return false;
    this.#bySender.set(sender, before + 1);
    const leave = () => {
      clearTimeout(timer);
      if (!this.#answers.delete(tell)) return;
      const left = (this.#bySender.get(sender) ?? 1) - 1;
      if (left > 0) this.#bySender.set(sender, left);
      else this.#bySender.delete(sender);
    };
    const tell = () => {
      leave();
      answer();
    };
    const timer = setTimeout(tell, firstMs + before * betweenMs);
    this.#answers.add(tell);
    // Whoever has gone keeps nobody waiting.
    response.once('close', leave);
    return true;
  }

  /** At a stop. */
  answerAll(): void {
    for (const tell of [...this.#answers]) tell();
  }
}
