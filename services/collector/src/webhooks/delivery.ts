/** One delivery, from its bytes to the event log: signature, JSON, adapter, events or erasure. */
import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { type Identifier, type NormaliseContext, normaliseIdentifier } from '@rosi/events';
import { accept } from '../accept.js';
import { appendDurably } from '../append.js';
import type { CollectorMetrics } from '../collector-metrics.js';
import { newErasure } from '../erasure.js';
import { makeEventId } from '../event-id.js';
import { isDeeperThan, parseJson } from '../exact-json.js';
import type { InFlightBytes } from '../in-flight.js';
import type { CollectorLimits, CollectorOptions } from '../options.js';
import { isProblem, type Problem, problem, retryLater } from '../problems.js';
import type { Workspace } from '../request-context.js';
import type { RawEvent, Reading, StatedIdentifier } from './adapter.js';
import type { WebhookEndpoint } from './endpoints.js';
import type { Verdict } from './signatures.js';

export interface WebhookRoute {
  readonly limits: CollectorLimits;
  readonly inFlight: InFlightBytes;
  readonly workspace: Workspace;
  readonly metrics: CollectorMetrics;
  readonly options: CollectorOptions;
  now(): number;
}

/** A success: what is counted, and what the provider is told. */
export interface Answer {
  readonly outcome: 'accepted' | 'ignored' | 'erasure';
  readonly reason: string;
  readonly body: object;
}

export interface Taking {
  readonly endpoint: WebhookEndpoint;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly receivedAt: number;
  charge(events: number): void;
}

/** Of a whole body; each of its events has the limit of events beside. */
const bodyDepthMax = 64;

export async function takeDelivery(route: WebhookRoute, taking: Taking): Promise<Answer | Problem> {
  const { endpoint, headers, body, receivedAt: now } = taking;
  if (endpoint.adapter.isPing(body)) return nothingToCount('ping');
  const { secrets } = endpoint;
  const verdict = endpoint.adapter.verify({ headers, body, secrets, now });
  if (verdict !== 'good') return refusals[verdict];
  taking.charge(1);
  const parsed = parsedBody(body);
  if (isProblem(parsed)) return parsed;
  const { hash } = route.workspace;
  const reading = endpoint.adapter.read({ headers, body: parsed.value, hash });
  return carryOut(route, taking, reading);
}

function unauthorized(code: 'signature_missing' | 'signature_wrong' | 'signature_expired') {
  return problem(401, code, refusalTexts[code]);
}

const refusalTexts = {
  signature_missing: 'The delivery is not signed: give the provider the secret of this endpoint.',
  signature_wrong: 'The signature fits no secret of this endpoint: compare it with the provider.',
  signature_expired: 'The signed time is over 5 minutes away: check both clocks.',
};

const refusals: Readonly<Record<Exclude<Verdict, 'good'>, Problem>> = {
  missing: unauthorized('signature_missing'),
  wrong: unauthorized('signature_wrong'),
  expired: unauthorized('signature_expired'),
};

function parsedBody(body: Buffer): { readonly value: unknown } | Problem {
  const value = isUtf8(body) ? parseJson(body.toString('utf8')) : undefined;
  if (typeof value !== 'object' || value === null) {
    return problem(400, 'invalid_json', 'The body must be JSON, in UTF-8.');
  }
  if (!isDeeperThan(value, bodyDepthMax)) return { value };
  return problem(400, 'invalid_webhook', `A body may be nested ${bodyDepthMax} levels deep.`);
}

function nothingToCount(reason: string): Answer {
  return { outcome: 'ignored', reason, body: { accepted: 0, ignored: reason } };
}

async function carryOut(
  route: WebhookRoute,
  taking: Taking,
  reading: Reading,
): Promise<Answer | Problem> {
  switch (reading.kind) {
    case 'ignored':
      return nothingToCount(reading.reason);
    case 'malformed':
      return problem(400, 'invalid_webhook', `The delivery lacks ${reading.missing}.`);
    case 'events':
      return countEvents(route, taking, reading.events);
    case 'erasure':
      return erase(route, taking, reading.request, usable(route, reading.identifiers));
    case 'shop_erasure':
      return eraseShop(route, taking, reading.request, reading.customerPrefix);
  }
}

async function countEvents(
  route: WebhookRoute,
  taking: Taking,
  events: readonly RawEvent[],
): Promise<Answer | Problem> {
  const { eventsMax, depthMax } = route.limits;
  if (events.length > eventsMax) {
    return problem(413, 'too_many_events', `A delivery may make ${eventsMax} events.`);
  }
  taking.charge(events.length);
  const context = contextOf(route, taking);
  const { records, rejected, droppedIdentifiers } = accept(events, context, depthMax);
  const failure = await appendDurably({ ...route.options }, records);
  if (failure !== null) return failure;
  const { metrics, options } = route;
  if (records.length > 0) metrics.accepted(context.source, records.length);
  for (const { code } of rejected) metrics.rejected(code);
  for (const { type, reason } of droppedIdentifiers) metrics.identifierDropped(type, reason);
  if (rejected.length > 0) {
    options.logger.warn(
      { endpoint: taking.endpoint.id, codes: [...new Set(rejected.map(({ code }) => code))] },
      'events of a webhook were rejected; see docs/webhooks.md, "Rejected events"',
    );
  }
  const reason = rejected.length > 0 ? 'with_rejected' : 'all';
  return { outcome: 'accepted', reason, body: { accepted: records.length, rejected } };
}

/** The provider's server sends: its agent and address are nobody's of the events. */
function contextOf({ workspace }: WebhookRoute, taking: Taking): NormaliseContext {
  const { receivedAt, endpoint } = taking;
  return {
    workspace: workspace.workspace,
    ownDomains: workspace.ownDomains,
    hash: workspace.hash,
    receivedAt,
    keyKind: 'secret',
    source: `webhook:${endpoint.source}`,
    requestUserAgent: '',
    secGpc: false,
    prefetch: false,
    makeEventId: () => makeEventId(receivedAt),
  };
}

function usable(
  { workspace, metrics }: WebhookRoute,
  stated: readonly StatedIdentifier[],
): Identifier[] {
  return stated.flatMap(({ type, value }) => {
    const read = normaliseIdentifier(type, value, workspace.hash);
    if (read.ok) return [{ type, value: read.value }];
    metrics.identifierDropped(type, read.reason);
    return [];
  });
}

/** Identifiers of one erasure event: more are split, so that no record grows without limit. */
const identifiersMax = 200;

/** One request is carried out once, however often it is delivered. */
async function erase(
  route: WebhookRoute,
  { receivedAt: at }: Taking,
  request: string,
  identifiers: readonly Identifier[],
): Promise<Answer | Problem> {
  const { workspace } = route.workspace;
  if (identifiers.length === 0) return nothingToCount('no_identifier');
  for (let from = 0; from < identifiers.length; from += identifiersMax) {
    const part = identifiers.slice(from, from + identifiersMax);
    // Named by what it erases: on a later delivery of the same request there may be fewer.
    const named = route.workspace.hash(JSON.stringify([request, part]));
    const events = newErasure({ workspace, eventId: `erasure:${named}`, at }, part);
    const records = events.map((value) => ({ value, timestamp: at }));
    const failure = await appendDurably({ ...route.options }, records);
    if (failure !== null) return failure;
  }
  return { outcome: 'erasure', reason: 'taken', body: { erased_at: new Date(at).toISOString() } };
}

async function eraseShop(
  route: WebhookRoute,
  taking: Taking,
  request: string,
  prefix: string,
): Promise<Answer | Problem> {
  const found = await route.options.customersOf?.(prefix).catch(() => null);
  if (found === undefined || found === null) {
    const told = 'The customers of the shop can not be read now; see /health/ready.';
    return retryLater(503, 'status_unavailable', told, 60);
  }
  return erase(route, taking, request, found);
}
