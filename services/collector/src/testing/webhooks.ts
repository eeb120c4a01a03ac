/** Reads deliveries by an adapter as an endpoint would, and its events as the collector does. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CollectedEvent } from '@rosi/events';
import { accept } from '../accept.js';
import { parseJson } from '../exact-json.js';
import type { RawEvent, Reading } from '../webhooks/adapter.js';
import { readWebhookEndpoints, type WebhookEndpoint } from '../webhooks/endpoints.js';
import { startedAt } from './fixture.js';

export const webhookSecret = 'webhook-secret-of-the-tests';
export const olderSecret = 'older-webhook-secret-of-the-tests';

export function endpointOf(source: string, settings: object = {}, id = 'one'): WebhookEndpoint {
  const secrets = [webhookSecret, olderSecret];
  const read = readWebhookEndpoints({ endpoints: [{ id, source, secrets, settings }] });
  const [endpoint] = read.ok ? read.endpoints : [];
  if (endpoint === undefined) throw new Error(JSON.stringify(read));
  return endpoint;
}

/** A fixture's text; large integers keep their digits, since nothing has parsed it. */
export function fixtureText(name: string): string {
  return readFileSync(new URL(`../webhooks/fixtures/${name}.json`, import.meta.url), 'utf8');
}

/** The fixture with some of its top fields changed. */
export function fixtureWith(name: string, changes: Readonly<Record<string, unknown>>): object {
  return { ...(parseJson(fixtureText(name)) as object), ...changes };
}

const hash = (text: string) => createHmac('sha256', 'hash-key').update(text).digest('hex');

export function readBy(
  endpoint: WebhookEndpoint,
  headers: Readonly<Record<string, string>>,
  body: object | string,
): Reading {
  const parsed = typeof body === 'string' ? parseJson(body) : body;
  return endpoint.adapter.read({ headers, body: parsed, hash });
}

/** The events, without their ids; throws when the delivery makes none. */
export function eventsOf(reading: Reading): RawEvent[] {
  if (reading.kind !== 'events') throw new Error(`no events: ${JSON.stringify(reading)}`);
  return reading.events.map(({ event_id: id, ...event }) => {
    if (typeof id !== 'string' || id.length > 128) throw new Error(`not an event id: ${id}`);
    return event;
  });
}

export const idsOf = (reading: Reading) =>
  reading.kind === 'events' ? reading.events.map((event) => event['event_id']) : [];

/** What the collector makes of them; throws when it rejects one. */
export function collected(reading: Reading): readonly CollectedEvent[] {
  if (reading.kind !== 'events') throw new Error(`no events: ${JSON.stringify(reading)}`);
  const context = {
    workspace: 'default',
    ownDomains: [],
    hash,
    receivedAt: startedAt,
    keyKind: 'secret',
    source: 'webhook:test',
    requestUserAgent: '',
    secGpc: false,
    prefetch: false,
    makeEventId: () => 'made',
  } as const;
  const { records, rejected } = accept(reading.events, context, 32);
  if (rejected.length > 0) throw new Error(JSON.stringify(rejected));
  return records.map(({ value }) => value);
}
