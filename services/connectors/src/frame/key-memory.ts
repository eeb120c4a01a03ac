/**
 * A set of keys that outlives a restart, for what a provider tells once and refers to later by a
 * key alone (a follow, for its undoing). Changes are appended to a file by `save`, after the events
 * that they belong to were accepted; the file is written anew when most of it is outdated.
 */
import { appendDurably, readIfThere, writeDurably } from '@rosi/service-kit';

/** Lines beyond those that a set needs, before its file is written anew. */
const outdatedLinesMax = 10_000;

export class KeyMemory {
  readonly #path: string;
  readonly #keys = new Set<string>();
  #changes: string[] = [];
  #lines = 0;

  constructor(path: string) {
    this.#path = path;
    this.#load();
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Keys have no line breaks. */
  add(key: string): void {
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    this.#changes.push(`+${key}`);
  }

  remove(key: string): void {
    if (this.#keys.delete(key)) this.#changes.push(`-${key}`);
  }

  save(): void {
    if (this.#changes.length === 0) return;
    this.#lines += this.#changes.length;
    if (this.#lines > this.#keys.size + outdatedLinesMax) this.#rewrite();
    else appendDurably(this.#path, `${this.#changes.join('\n')}\n`);
    this.#changes = [];
  }

  /** Back to what was saved: the events of the changes since then were not accepted. */
  forgetUnsaved(): void {
    if (this.#changes.length === 0) return;
    this.#changes = [];
    this.#load();
  }

  #rewrite(): void {
    writeDurably(this.#path, [...this.#keys].map((key) => `+${key}\n`).join(''));
    this.#lines = this.#keys.size;
  }

  #load(): void {
    this.#keys.clear();
    this.#lines = 0;
    const text = readIfThere(this.#path) ?? '';
    // What follows the last line break is half a line, of a crash: its events come again.
    for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
      if (line.startsWith('+')) this.#keys.add(line.slice(1));
      else if (line.startsWith('-')) this.#keys.delete(line.slice(1));
      if (line !== '') this.#lines += 1;
    }
    if (text !== '' && !text.endsWith('\n')) this.#rewrite();
  }
}
