/**
 * What an adapter of one provider is: how its deliveries are signed, which settings an endpoint of
 * it takes, and a pure function from headers and body to what ROSI does with them. An adapter is
 * one file and one entry in registry.ts.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { IdentifierType } from '@rosi/events';
import type * as z from 'zod';
import type { Signed, Verdict } from './signatures.js';

/** An event as `POST /v1/events` takes it. */
export type RawEvent = Readonly<Record<string, unknown>>;

/** A delivery whose signature is good. */
export interface Delivery {
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; integers that a double can't hold are texts. */
  readonly body: unknown;
  /** A keyed hash, so that an id made of an event's content gives nothing of it away. */
  hash(text: string): string;
}

/** Why a good delivery holds nothing to count: a closed list, counted by reason. */
export const ignoredReasons = [
  'topic',
  'ping',
  'test',
  'unpaid',
  'inquiry',
  'no_money',
  'refunds_off',
  'order_name_unknown',
  'data_request',
  'no_identifier',
] as const;
export type IgnoredReason = (typeof ignoredReasons)[number];

/** What to do with a delivery. */
export type Reading =
  | { readonly kind: 'events'; readonly events: readonly RawEvent[] }
  | { readonly kind: 'ignored'; readonly reason: IgnoredReason }
  /** The persons of these identifiers are erased. */
  | {
      readonly kind: 'erasure';
      /** The same for every copy of one request. */
      readonly request: string;
      readonly identifiers: readonly StatedIdentifier[];
    }
  /** Every person with a customer_id that begins so is erased. */
  | { readonly kind: 'shop_erasure'; readonly request: string; readonly customerPrefix: string }
  /** Not what the provider documents; `missing` names fields, never values. */
  | { readonly kind: 'malformed'; readonly missing: string };

export interface StatedIdentifier {
  readonly type: IdentifierType;
  readonly value: unknown;
}

/** A provider's question whether an address is ours; it is told `answer` when the token fits. */
export interface Challenge {
  readonly token: string;
  readonly expected: string;
  readonly answer: string;
}

/** An adapter with the settings of one endpoint. */
export interface BoundAdapter {
  /** What a GET asks; null: nothing that this provider asks. */
  challenge(query: URLSearchParams): Challenge | null;
  verify(signed: Signed): Verdict;
  /** Whether this is the unsigned trial by which a provider makes sure of an address. */
  isPing(body: Buffer): boolean;
  read(delivery: Delivery): Reading;
}

export interface WebhookAdapter {
  /** As in the address: `/hooks/<source>/<endpoint id>`. */
  readonly source: string;
  /** Settings as stated for an endpoint; problems name the setting. */
  bind(stated: unknown): BoundAdapter | { readonly problems: readonly string[] };
}

interface Definition<S extends z.ZodType> {
  readonly source: string;
  readonly settings: S;
  verify(signed: Signed, settings: z.output<S>): Verdict;
  isPing?(body: Buffer): boolean;
  challenge?(query: URLSearchParams, settings: z.output<S>): Challenge | null;
  read(delivery: Delivery, settings: z.output<S>): Reading;
}

export function defineAdapter<S extends z.ZodType>(definition: Definition<S>): WebhookAdapter {
  return {
    source: definition.source,
    bind(stated) {
      const read = definition.settings.safeParse(stated);
      if (!read.success) {
        return { problems: read.error.issues.map((issue) => problemText(issue)) };
      }
      return {
        verify: (signed) => definition.verify(signed, read.data),
        challenge: (query) => definition.challenge?.(query, read.data) ?? null,
        isPing: (body) => definition.isPing?.(body) ?? false,
        read: (delivery) => definition.read(delivery, read.data),
      };
    },
  };
}

function problemText(issue: z.core.$ZodIssue): string {
  const name = issue.path.map(String).join('.');
  const nested = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
  const told = nested ?? issue.message;
  return name === '' ? told : `${name}: ${told}`;
}

/** Values in an event's content decide its id, so that copies count once and changes count too. */
export function withContentId(kind: string, event: RawEvent, delivery: Delivery): RawEvent {
  return { event_id: `${kind}:${delivery.hash(JSON.stringify(event)).slice(0, 40)}`, ...event };
}

export const ignored = (reason: IgnoredReason): Reading => ({ kind: 'ignored', reason });
export const malformed = (missing: string): Reading => ({ kind: 'malformed', missing });
