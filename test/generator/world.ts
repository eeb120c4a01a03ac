/**
 * The world in which situations happen: people with their identifiers, orders, a catalogue, a
 * clock, and the one place where events are written down.
 */
import type { OracleEvent, OracleSettings } from '../oracle/index.js';
import { Random } from './random.js';

export const minuteMs = 60_000;
const hourMs = 3_600_000;
export const dayMs = 86_400_000;

export type Body = Readonly<Record<string, unknown>>;
export interface GeneratedEvent extends OracleEvent {
  readonly body: Body;
}

export interface PersonSketch {
  readonly anonymousIds: string[];
  readonly userId: string;
  readonly customerId: string;
  readonly email: string;
  readonly phone: string;
  readonly handle: string;
}

export interface OrderSketch {
  readonly orderId: string;
  readonly person: PersonSketch;
  readonly at: number;
  readonly currency: string;
  /** Minor units. */
  readonly total: number;
  /** True when its events state several currencies; they then state no tax and shipping. */
  readonly mixedCurrencies: boolean;
}

/** How a request came in; a browser's pixel unless told. */
export interface Request {
  readonly server?: boolean;
  readonly userAgent?: string;
  readonly secGpc?: boolean;
  /** Instead of a little after occurred_at. */
  readonly receivedAt?: number;
  /** Leave occurred_at out: the event then happened when it was received. */
  readonly withoutOccurredAt?: boolean;
}

const browsers = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
];

/** Text that sorts and counts differently as UTF-8, UTF-16 and code points, and a NUL. */
export const nastyTexts = ['😀', '～', '𝔞da', 'naïve id', 'a\u0000b', 'Ａ', 'é\u0301', '日本 7'];

/** Near the changes of the clocks in Europe and America, and a quiet summer. */
const starts = ['2026-02-25', '2026-03-14', '2026-10-10', '2026-06-01'];
const timezones = ['UTC', 'Europe/Paris', 'America/New_York', 'Asia/Kolkata', 'Asia/Tokyo'];

export class World {
  readonly random: Random;
  readonly settings: OracleSettings;
  readonly events: GeneratedEvent[] = [];
  readonly counts = new Map<string, number>();
  readonly persons: PersonSketch[] = [];
  readonly orders: OrderSketch[] = [];
  readonly start: number;
  readonly #tag: string;
  #serial = 0;

  constructor(seed: number, startDay?: string) {
    this.random = new Random(seed);
    this.#tag = (seed >>> 0).toString(36);
    const pickedDay = this.random.pick(starts);
    this.start = Date.parse(`${startDay ?? pickedDay}T00:00:00Z`);
    this.settings = {
      hashKey: `key ${seed} é`,
      ownDomains: ['shop.example', 'blog.example'],
      timezone: this.random.pick(timezones),
    };
    const count = this.random.integer(3, 12);
    for (let i = 0; i < count; i++) this.persons.push(this.#newPerson(i));
  }

  count(situation: string): void {
    this.counts.set(situation, (this.counts.get(situation) ?? 0) + 1);
  }

  /** A number that has not been used in this world. */
  serial(): number {
    return ++this.#serial;
  }

  /** A new id; now and then one with unusual characters. */
  newId(prefix: string): string {
    const id = `${prefix}-${this.serial()}`;
    return this.random.chance(0.1) ? `${id} ${this.random.pick(nastyTexts)}` : id;
  }

  #newPerson(i: number): PersonSketch {
    const { random } = this;
    const shop = random.pick(['shopify:', 'woo:', '']);
    return {
      anonymousIds: Array.from({ length: random.integer(1, 3) }, () => this.newId('a')),
      userId: this.newId('u'),
      customerId: `${shop}${990 + i}${random.chance(0.1) ? random.pick(nastyTexts) : ''}`,
      email: `person${i}@mail.example`,
      phone: `+3361234${5000 + i}`,
      handle: `mastodon:@person${i}@social.example`,
    };
  }

  person(): PersonSketch {
    return this.random.pick(this.persons);
  }

  /** An instant of these 45 days; often one of another event, so that equal times are common. */
  instant(): number {
    const { random } = this;
    const other = random.chance(0.12) && this.orders.length > 0;
    if (other) return random.pick(this.orders).at;
    const day = random.chance(0.3) ? random.pick([3, 11, 15, 22]) : random.integer(0, 44);
    const hour = random.chance(0.3) ? random.pick([0, 1, 2, 3, 22, 23]) : random.integer(0, 23);
    const within = random.chance(0.3) ? 0 : random.integer(0, hourMs - 1);
    return this.start + day * dayMs + hour * hourMs + within;
  }

  /** Some of a person's identifiers, at least one. */
  identifiersOf(person: PersonSketch): Record<string, unknown> {
    const { random } = this;
    const all = [
      ['anonymous_id', random.pick(person.anonymousIds)],
      ['user_id', person.userId],
      ['customer_id', person.customerId],
      ['email', this.#emailText(person.email)],
      ['phone', person.phone],
      ['handle', random.chance(0.3) ? person.handle.toUpperCase() : person.handle],
    ] as const;
    const count = random.pick([1, 1, 1, 2, 2, 3]);
    const chosen = random.shuffled(all).slice(0, count);
    return Object.fromEntries(random.chance(0.5) ? [all[0], ...chosen.slice(1)] : chosen);
  }

  #emailText(email: string): string {
    const { random } = this;
    const cased = random.chance(0.3) ? email.toUpperCase() : email;
    return random.chance(0.1) ? ` ${cased}\t` : cased;
  }

  /** The anonymous id of a person's browser, as a pixel knows it. */
  browserOf(person: PersonSketch): Record<string, unknown> {
    return { anonymous_id: this.random.pick(person.anonymousIds) };
  }

  /** ISO 8601 in one of its forms; digits past the millisecond mean nothing. */
  instantText(at: number): string {
    const { random } = this;
    const iso = new Date(at).toISOString();
    if (random.chance(0.6)) return iso;
    if (random.chance(0.3)) return iso.replace('Z', '999Z');
    const minutes = random.pick([60, -300, 330, 0]);
    const local = new Date(at + minutes * minuteMs).toISOString().replace('Z', '');
    const size = Math.abs(minutes);
    const hours = String(Math.floor(size / 60)).padStart(2, '0');
    const rest = String(size % 60).padStart(2, '0');
    return `${local}${minutes < 0 ? '-' : '+'}${hours}:${rest}`;
  }

  newEventId(): string {
    const { random } = this;
    const nasty = random.chance(0.08) ? random.pick(nastyTexts) : '';
    // The nasty part first, so that it decides the order of touchpoints at the same time.
    return `${nasty}e${this.#tag}-${this.serial()}`;
  }

  /** Writes one event down. `body` wins over what is filled in here. */
  emit(type: string, at: number, body: Body, request: Request = {}): GeneratedEvent {
    const { random } = this;
    const server = request.server ?? false;
    const latencyMs = random.chance(0.8)
      ? random.integer(1, minuteMs)
      : random.integer(-hourMs, 3 * dayMs);
    const receivedAt = request.withoutOccurredAt ? at : (request.receivedAt ?? at + latencyMs);
    const agent = request.userAgent ?? (server ? 'shop-backend/2.1' : random.pick(browsers));
    const event: GeneratedEvent = {
      body: {
        event_id: this.newEventId(),
        type,
        ...(request.withoutOccurredAt ? {} : { occurred_at: this.instantText(at) }),
        ...body,
      },
      keyKind: server ? 'secret' : 'write',
      receivedAt,
      userAgent: agent,
      ...(request.secGpc === undefined ? {} : { secGpc: request.secGpc }),
    };
    this.events.push(event);
    return event;
  }
}
