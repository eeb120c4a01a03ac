/**
 * What a tracker's message becomes, and the fields that all trackers' languages share. Readers are
 * pure functions from a message and its context to an event as `POST /v1/events` takes it; what is
 * wrong with a field is left as it is, for the event to be rejected by name.
 */
import { parseTime } from '@rosi/events';

/** An event as `POST /v1/events` takes it. */
export type RawEvent = Readonly<Record<string, unknown>>;

/** What a reader knows besides the message. */
export interface MessageContext {
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** The `User-Agent` of a write key's request; a reader decides whether it is that of the person. */
  readonly requestAgent: string;
  /** A keyed hash, so that an id made of content gives nothing of it away. */
  hash(text: string): string;
}

/** Why a good message makes no event: a closed list, counted by reason. */
export const ignoredReasons = ['type', 'integrations', 'item', 'form'] as const;
export type IgnoredReason = (typeof ignoredReasons)[number];

export type MessageReading =
  | { readonly kind: 'event'; readonly event: RawEvent }
  | { readonly kind: 'ignored'; readonly reason: IgnoredReason };

export const ignored = (reason: IgnoredReason): MessageReading => ({ kind: 'ignored', reason });

const statedIdLengthMax = 100;

/** A retry carries the same id, so it counts once. Long ones are kept by their hash. */
export function eventIdOf(tracker: string, id: string, context: MessageContext) {
  if (id === '') return undefined;
  return `${tracker}:${id.length <= statedIdLengthMax ? id : context.hash(id).slice(0, 40)}`;
}

/** Beyond this a difference is no delay of the network but a clock that is wrong. */
const clockErrorMsMin = 5 * 60_000;

/**
 * When it happened. A sender that says when it sent tells how wrong its clock is: an error of more
 * than five minutes is taken out, a smaller one is left, so that repeats state the same time.
 */
export function happenedAt(stated: unknown, sentAt: unknown, receivedAt: number): unknown {
  const ms = millisecondsOf(stated);
  const sentMs = millisecondsOf(sentAt);
  if (ms === null) return stated;
  const error = sentMs === null ? 0 : sentMs - receivedAt;
  const corrected = Math.abs(error) > clockErrorMsMin ? ms - error : ms;
  return new Date(Math.max(0, corrected)).toISOString();
}

const timeMsMax = 8.64e15;

/** Of ISO text, or of milliseconds since 1970 as a number or digits. */
function millisecondsOf(stated: unknown): number | null {
  if (typeof stated === 'string' && !/^\d{1,16}$/.test(stated)) return parseTime(stated);
  if (typeof stated !== 'number' && typeof stated !== 'string') return null;
  const ms = Number(stated);
  return Number.isFinite(ms) && ms >= 0 && ms <= timeMsMax ? Math.floor(ms) : null;
}

const address = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;

/** No identifier is longer; of a long text the expression would take the square in time. */
const addressLengthMax = 256;

/** Where the address itself is the user's id, it is an e-mail address as well. */
export function addressOf(id: string): string {
  return id.length <= addressLengthMax && address.test(id) ? id : '';
}
