/**
 * Many readers, few questions: figures are read again only when the loader has moved, and then at
 * most once a second for the same choices. Guarantees that reading takes at most a fifth of the
 * time, however large the tables: what took long is kept for four times as long.
 */
import { addressOf, type Choices } from './choices.js';
import { dayOf } from './days.js';
import { type Figures, type FiguresSource, readFigures } from './figures.js';
import type { Pipeline } from './options.js';

const ageMsMin = 1_000;
const keptTimes = 4;
const entriesMax = 64;

interface Entry {
  /** Of the loader, read before the figures. */
  readonly version: string;
  readonly readAt: number;
  readonly figures: Promise<Figures | null>;
  /** Null: the reading is under way. */
  tookMs: number | null;
}

export class FiguresCache {
  readonly #source: FiguresSource;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();

  constructor(source: FiguresSource, now: () => number) {
    this.#source = source;
    this.#now = now;
  }

  read(choices: Choices, pipeline: Pipeline): Promise<Figures | null> {
    const now = this.#now();
    const key = `${dayOf(now, this.#source.timezone)} ${addressOf(choices)}`;
    const version = versionOf(pipeline);
    const found = this.#entries.get(key);
    if (found !== undefined && (found.version === version || isFresh(found, now))) {
      return found.figures;
    }
    const figures = readFigures(this.#source, choices, now);
    const entry: Entry = { version, readAt: now, figures, tookMs: null };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const read = () => {
      entry.tookMs = Math.max(0, this.#now() - now);
    };
    figures.then(read, () => {
      read();
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= entriesMax) break;
      this.#entries.delete(oldest);
    }
    return entry.figures;
  }
}

/** A reading under way is waited for, not begun again by everyone who asks. */
function isFresh({ readAt, tookMs }: Entry, now: number): boolean {
  if (tookMs === null) return true;
  return now >= readAt && now - readAt < tookMs + Math.max(ageMsMin, keptTimes * tookMs);
}

/** What the tables hold changes only when one of the loader's positions does. */
const versionOf = ({ stages, settled }: Pipeline) =>
  JSON.stringify([settled, stages.map(({ name, lastOffset }) => [name, lastOffset])]);
