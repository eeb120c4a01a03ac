/**
 * Keeps clicks until the event log has them, so that a redirect waits for no disk and no broker
 * (ADR 18). A click is kept by one write into a file, some microseconds, before it is answered; it goes
 * to the log at once afterwards, many in one commit, and its place in the file is given up only when
 * the log has it on disk.
 *
 * Guarantees: what `keep` answered true for reaches the log, also when the process is killed right
 * afterwards (the next start sends what the files hold; copies of one event count once) and also when
 * the log takes nothing for a while. Memory and disk are bounded. A power cut may take what the kernel
 * had not written yet and the log did not have: the clicks of some milliseconds.
 */
import { mkdirSync, readdirSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type CollectedEvent, eventsCollected } from '@rosi/events';
import { type Logger, passFailpoint } from '@rosi/service-kit';
import type { TopicWriter } from '@rosi/streams';
import { ClickSegment, readSegment } from './click-segment.js';

export interface ClickStoreOptions {
  /** Made when it is missing. One process at a time works in it. */
  readonly dir: string;
  readonly log: TopicWriter;
  readonly logger: Logger;
  readonly limits?: Partial<ClickStoreLimits>;
}

export interface ClickStoreLimits {
  /** Of one file. */
  readonly segmentBytesMax: number;
  /** Of all files; beyond it nothing is kept. */
  readonly bytesMax: number;
  /** Events held in memory; further ones are read back from their files. */
  readonly inMemoryMax: number;
  readonly retryMs: number;
}

const standardLimits: ClickStoreLimits = {
  segmentBytesMax: 1_000_000,
  bytesMax: 1_000_000_000,
  inMemoryMax: 20_000,
  retryMs: 1_000,
};

const batchMax = 1_000;
const fileName = /^(\d{12})\.clicks$/;

export interface ClickStore {
  /** True: the click is kept. False: it could not be, and counts nowhere. */
  keep(event: CollectedEvent): boolean;
  /** How many the log does not have yet. */
  pending(): number;
  /** Milliseconds since 1970 at which the oldest of them was received; null: there is none. */
  oldestReceivedAt(): number | null;
  /** Waits until the log has all, or it does not take them; what is left is sent at the next start. */
  stop(): Promise<void>;
}

export function openClickStore(options: ClickStoreOptions): ClickStore {
  return new Store(options);
}

class Store implements ClickStore {
  readonly #options: ClickStoreOptions;
  readonly #limits: ClickStoreLimits;
  /** Of an earlier process, oldest first. */
  readonly #found: string[];
  /** Of this one, oldest first; the last is written to. */
  #segments: ClickSegment[] = [];
  #nextNumber: number;
  #inMemory = 0;
  #bytes = 0;
  #foundPending = 0;
  #forwarding: Promise<void> | null = null;
  readonly #stopping = new AbortController();
  #isRefusing = false;

  constructor(options: ClickStoreOptions) {
    this.#options = options;
    this.#limits = { ...standardLimits, ...options.limits };
    mkdirSync(options.dir, { recursive: true, mode: 0o700 });
    this.#found = readdirSync(options.dir)
      .filter((name) => fileName.test(name))
      .sort();
    const last = this.#found.at(-1);
    this.#nextNumber = last === undefined ? 1 : Number(fileName.exec(last)?.[1]) + 1;
    // Counted as pending until they are read: `settled` must not be true before.
    this.#foundPending = this.#found.length;
    for (const name of this.#found) this.#bytes += statSync(join(options.dir, name)).size;
    if (this.#found.length > 0) this.#forward();
  }

  keep(event: CollectedEvent): boolean {
    try {
      const segment = this.#segmentFor();
      if (segment === null) return this.#refuse('the click store is full');
      const before = segment.bytes;
      segment.append(event);
      this.#bytes += segment.bytes - before;
      if (segment.waiting !== null) this.#inMemory += 1;
      this.#isRefusing = false;
      this.#forward();
      return true;
    } catch (error) {
      return this.#refuse(error instanceof Error ? error.message : String(error));
    }
  }

  pending(): number {
    return this.#segments.reduce((sum, { pending }) => sum + pending, this.#foundPending);
  }

  oldestReceivedAt(): number | null {
    const [oldest] = this.#segments.flatMap(({ waiting }) => waiting?.[0]?.receivedAt ?? []);
    return oldest ?? null;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#forwarding;
    for (const segment of this.#segments) {
      if (segment.pending === 0) segment.remove();
      else segment.close();
    }
    this.#segments = [];
  }

  /** Where the next event goes; null: nowhere, the disk's share is used up. */
  #segmentFor(): ClickSegment | null {
    const { segmentBytesMax, bytesMax, inMemoryMax } = this.#limits;
    if (this.#bytes >= bytesMax) return null;
    const last = this.#segments.at(-1);
    const inMemory = this.#inMemory < inMemoryMax;
    const fits = last !== undefined && last.bytes < segmentBytesMax;
    if (fits && (last.waiting === null || inMemory)) return last;
    const name = `${String(this.#nextNumber++).padStart(12, '0')}.clicks`;
    const segment = new ClickSegment(join(this.#options.dir, name), { inMemory });
    this.#segments.push(segment);
    return segment;
  }

  #refuse(reason: string): false {
    if (!this.#isRefusing) {
      this.#options.logger.error(
        { error: reason },
        'clicks of tracked links can not be kept: visitors are redirected and not counted; ' +
          'check disk space and the event log',
      );
    }
    this.#isRefusing = true;
    return false;
  }

  #forward(): void {
    this.#forwarding ??= this.#forwardAll().finally(() => {
      this.#forwarding = null;
      // One may have come after the last look.
      if (this.pending() > 0 && !this.#stopping.signal.aborted) this.#forward();
    });
  }

  /** Until the log has everything, or the store stops and the log takes nothing. */
  async #forwardAll(): Promise<void> {
    // Clicks of the same turn of the event loop go together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#found.length > 0) if (!(await this.#forwardFound())) return;
    for (let first = this.#segments[0]; first !== undefined && first.pending > 0; ) {
      const events = first.waiting ?? this.#readBack(first);
      const batch = events.slice(0, batchMax);
      if (!(await this.#append(batch))) return;
      this.#confirm(first, events, batch.length);
      first = this.#segments[0];
    }
  }

  /** Events beyond memory's share, once it is their turn; nothing is added to their file any more. */
  #readBack(segment: ClickSegment): CollectedEvent[] {
    const events = [...readSegment(segment.path).events];
    segment.waiting = events;
    segment.pending = events.length;
    this.#inMemory += events.length;
    return events;
  }

  #confirm(segment: ClickSegment, events: CollectedEvent[], count: number): void {
    events.splice(0, count);
    segment.pending -= count;
    this.#inMemory -= count;
    if (segment.pending > 0) return;
    this.#bytes -= segment.bytes;
    if (segment === this.#segments.at(-1)) {
      segment.clear();
      return;
    }
    this.#segments.shift();
    segment.remove();
  }

  async #forwardFound(): Promise<boolean> {
    const [name = ''] = this.#found;
    const path = join(this.#options.dir, name);
    const { events, tornBytes } = readSegment(path);
    if (tornBytes > 0) {
      this.#options.logger.warn({ tornBytes }, 'a power cut took the end of a file of clicks');
    }
    for (let from = 0; from < events.length; from += batchMax) {
      if (!(await this.#append(events.slice(from, from + batchMax)))) return false;
    }
    this.#bytes -= statSync(path).size;
    unlinkSync(path);
    this.#found.shift();
    this.#foundPending -= 1;
    return true;
  }

  /** True once the log has them; false when the store stops before. */
  async #append(events: readonly CollectedEvent[]): Promise<boolean> {
    const records = events.map((value) => ({ value, timestamp: value.receivedAt }));
    for (let tries = 0; ; tries += 1) {
      try {
        passFailpoint('links.before-append');
        await this.#options.log.append(eventsCollected, records);
        return true;
      } catch (error) {
        if (tries === 0) this.#warn(error);
        if (this.#stopping.signal.aborted) return false;
        await this.#segments
          .at(-1)
          ?.flush()
          .catch(() => undefined);
        const { signal } = this.#stopping;
        await wait(this.#limits.retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #warn(error: unknown): void {
    const told = error instanceof Error ? error.message : String(error);
    this.#options.logger.warn(
      { error: told },
      'the event log does not take clicks now; they are kept and sent once it does',
    );
  }
}
