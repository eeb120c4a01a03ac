/**
 * The links that redirects know. Filled from the tables at the start, by every link that passes
 * through this collector at once, and by a look at the tables every ten seconds for what other
 * collectors took. An id that is not there is looked up, once for all who wait for it.
 *
 * Guarantees: the version with the latest time, then the larger event id, counts, in whatever
 * order versions come; memory is bounded (the links that were used longest ago are looked up again);
 * a flood of unknown ids asks the tables at most so often a second.
 */
import type { Logger } from '@rosi/service-kit';
import { TokenBucket } from '../rate-limit.js';
import { readDestination } from './destination.js';
import type { LinkSource, StoredLink } from './link-options.js';

interface Entry {
  /** Null: its address is none that a link may lead to. */
  readonly destination: string | null;
  readonly occurredAt: number;
  readonly eventId: string;
}

/** `unknown`: there is none; `later`: it can't be told now. */
export type Found = { readonly destination: string } | 'unknown' | 'later';

export interface LinkBookOptions {
  readonly source: LinkSource;
  readonly logger: Logger;
  now(): number;
  readonly linksMax?: number;
}

const linksMaxStandard = 200_000;
const refreshMs = 10_000;
/**
 * What is read once more at each look, from the newest version seen backwards: rows come into the tables in
 * the order of their records only nearly.
 */
const overlapMs = 900_000;
const unknownMs = 2_000;
const unknownMax = 10_000;
const lookups = { eventsPerSecond: 50, burst: 100 };

export class LinkBook {
  readonly #options: LinkBookOptions;
  readonly #linksMax: number;
  /** Least recently used first. */
  readonly #links = new Map<string, Entry>();
  readonly #unknownUntil = new Map<string, number>();
  readonly #underWay = new Map<string, Promise<Found>>();
  readonly #bucket: TokenBucket;
  /** Of the rows seen in the tables, the newest. */
  #seenUntil = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LinkBookOptions) {
    this.#options = options;
    this.#linksMax = options.linksMax ?? linksMaxStandard;
    this.#bucket = new TokenBucket(lookups, () => options.now());
  }

  async start(): Promise<void> {
    const { source, now } = this.#options;
    await this.#take(() => source.newest(this.#linksMax));
    const look = () => {
      // From the newest row on, not from now: the tables may be hours behind.
      const sinceMs = Math.max(0, now() - this.#seenUntil) + overlapMs;
      return this.#take(() => source.recordedWithin(Math.ceil(sinceMs / 1_000)));
    };
    this.#timer = setInterval(() => void look(), refreshMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  put(link: StoredLink): void {
    const known = this.#links.get(link.linkId);
    if (known !== undefined && !isNewer(link, known)) return;
    const read = readDestination(link.url);
    const { occurredAt, eventId } = link;
    this.#links.delete(link.linkId);
    this.#links.set(link.linkId, { destination: read.ok ? read.url : null, occurredAt, eventId });
    this.#unknownUntil.delete(link.linkId);
    if (this.#links.size > this.#linksMax) forgetFirst(this.#links);
  }

  /** Undefined: not known here; ask {@link find}. */
  get(linkId: string): Found | undefined {
    const entry = this.#links.get(linkId);
    if (entry === undefined) return undefined;
    // To the end: the one used longest ago is the first to go.
    if (this.#links.size >= this.#linksMax) {
      this.#links.delete(linkId);
      this.#links.set(linkId, entry);
    }
    return foundOf(entry);
  }

  find(linkId: string): Promise<Found> {
    const until = this.#unknownUntil.get(linkId) ?? 0;
    if (this.#options.now() < until) return Promise.resolve('unknown');
    const underWay = this.#underWay.get(linkId);
    if (underWay !== undefined) return underWay;
    if (this.#bucket.waitSeconds() > 0) return Promise.resolve('later');
    this.#bucket.charge(1);
    const looking = this.#lookUp(linkId).finally(() => this.#underWay.delete(linkId));
    this.#underWay.set(linkId, looking);
    return looking;
  }

  async #lookUp(linkId: string): Promise<Found> {
    try {
      const link = await this.#options.source.find(linkId);
      if (link !== null) this.put(link);
    } catch (error) {
      this.#warn(error);
      return this.get(linkId) ?? 'later';
    }
    const found = this.get(linkId);
    if (found !== undefined) return found;
    if (this.#unknownUntil.size >= unknownMax) forgetFirst(this.#unknownUntil);
    this.#unknownUntil.set(linkId, this.#options.now() + unknownMs);
    return 'unknown';
  }

  async #take(read: () => Promise<readonly StoredLink[]>): Promise<void> {
    try {
      for (const link of await read()) {
        this.put(link);
        this.#seenUntil = Math.max(this.#seenUntil, link.recordedAt ?? 0);
      }
    } catch (error) {
      this.#warn(error);
    }
  }

  #warn(error: unknown): void {
    const told = error instanceof Error ? error.message : String(error);
    this.#options.logger.warn(
      { error: told },
      'tracked links can not be read from ClickHouse; those known here go on working',
    );
  }
}

function isNewer(link: StoredLink, known: Entry): boolean {
  if (link.occurredAt !== known.occurredAt) return link.occurredAt > known.occurredAt;
  return Buffer.compare(Buffer.from(link.eventId), Buffer.from(known.eventId)) > 0;
}

function foundOf({ destination }: Entry): Found {
  return destination === null ? 'unknown' : { destination };
}

function forgetFirst(map: Map<string, unknown>): void {
  const [first] = map.keys();
  if (first !== undefined) map.delete(first);
}
