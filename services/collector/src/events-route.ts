/**
 * POST /v1/events. The answer 202 means that every accepted event is on disk. Whatever may refuse a
 * request without reading its body is asked first, so that refusing is cheap.
 * A request is one append; the log joins concurrent appends in one commit, so nothing is grouped
 * here.
 */
import type { NormaliseContext } from '@rosi/events';
import type { Logger } from '@rosi/service-kit';
import type { TopicWriter } from '@rosi/streams';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Acceptance, accept } from './accept.js';
import { collectAccess, type KeyKind, type KeyReader } from './access.js';
import type { AddressShares } from './address-shares.js';
import { appendDurably } from './append.js';
import { type BodyHead, bodyHead, readBody } from './body.js';
import type { CollectorMetrics } from './collector-metrics.js';
import type { InFlightBytes } from './in-flight.js';
import { itemsOf } from './items.js';
import type { KeyLimits } from './keys/key-limits.js';
import type { CollectorLimits } from './options.js';
import { allowOrigin, answerPreflight } from './pixel/cross-origin.js';
import { readPixelEvents } from './pixel/pixel-events.js';
import { answerVisitor, isPixelRequest, pixelFacts } from './pixel/pixel-request.js';
import { isProblem, type Problem, retryLater, sendProblem } from './problems.js';
import { costOf } from './rate-limit.js';
import { requestContext, type Workspace } from './request-context.js';

export interface EventsRoute {
  readonly kindOf: KeyReader;
  readonly limits: CollectorLimits;
  readonly keyLimits: KeyLimits;
  readonly shares: AddressShares;
  readonly inFlight: InFlightBytes;
  readonly workspace: Workspace;
  readonly log: TopicWriter;
  readonly metrics: CollectorMetrics;
  readonly logger: Logger;
  now(): number;
}

const path = '/v1/events';

export function addEventsRoute(app: FastifyInstance, route: EventsRoute): void {
  app.options(path, answerPreflight);
  app.post(path, (request, reply) => handle(route, request, reply));
}

async function handle(
  route: EventsRoute,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const keyKind = collectAccess(request, route.kindOf);
  // Any page may use a write key and read why it failed; a secret key has no place in one.
  if (keyKind !== 'secret') allowOrigin(request, reply);
  if (typeof keyKind === 'object') return sendProblem(reply, keyKind);
  const head = admit(route, request, keyKind);
  if (isProblem(head)) return sendProblem(reply, head);
  try {
    const acceptance = await take(route, request, reply, keyKind, head);
    if (isProblem(acceptance)) return sendProblem(reply, acceptance);
    const { records, rejected } = acceptance;
    return reply.code(202).send({ accepted: records.length, rejected });
  } finally {
    release(route, request, keyKind, head);
  }
}

/** All that can be decided by the headers; on success the body's bytes are reserved. */
export function admit(
  route: EventsRoute,
  request: FastifyRequest,
  keyKind: KeyKind,
): BodyHead | Problem {
  const refused = route.keyLimits.refusal(request, keyKind);
  if (refused !== null) return refused;
  const head = bodyHead(request.headers, route.limits.bodyBytesMax);
  if (isProblem(head)) return head;
  if (!route.inFlight.reserve(head.bytesMax)) {
    return retryLater(503, 'overloaded', 'Too much is under way: send it again shortly.', 1);
  }
  if (keyKind === 'secret' || route.shares.take(request, head.bytesMax)) return head;
  route.inFlight.release(head.bytesMax);
  const told = 'Too much is under way from this address: wait as Retry-After says.';
  return retryLater(429, 'rate_limited', told, 1);
}

/** Gives back what {@link admit} has reserved. */
export function release(
  route: EventsRoute,
  request: FastifyRequest,
  keyKind: KeyKind,
  { bytesMax }: BodyHead,
): void {
  route.inFlight.release(bytesMax);
  if (keyKind === 'write') route.shares.giveBack(request, bytesMax);
}

async function take(
  route: EventsRoute,
  request: FastifyRequest,
  reply: FastifyReply,
  keyKind: KeyKind,
  head: BodyHead,
): Promise<Acceptance | Problem> {
  const { limits, metrics } = route;
  const body = await readBody(request.raw, head, limits.bodyBytesMax);
  if (isProblem(body)) return body;
  metrics.received(body.length);
  // By size at once, so that those who wait for their turn count; how many there are is known after.
  const bySize = costOf(1, body.length);
  route.keyLimits.charge(request, keyKind, bySize);
  return route.keyLimits.inTurn(request, keyKind, async () => {
    const sent = itemsOf(body, head.format, limits.eventsMax);
    if (isProblem(sent)) return sent;
    route.keyLimits.charge(request, keyKind, costOf(sent.length, body.length) - bySize);
    const context = requestContext(request, keyKind, route.workspace, route.now());
    const pixel = isPixelRequest(request, keyKind)
      ? readPixelEvents(sent, pixelFacts(request, context.receivedAt, context.hash))
      : null;
    const acceptance = await acceptItems(route, context, pixel?.items ?? sent);
    if (pixel !== null && !isProblem(acceptance)) answerVisitor(request, reply, pixel);
    return acceptance;
  });
}

/** Normalises, makes durable, counts: the same for everything that speaks for a key. */
export async function acceptItems(
  route: EventsRoute,
  context: NormaliseContext,
  items: readonly unknown[],
): Promise<Acceptance | Problem> {
  const { limits, metrics } = route;
  const acceptance = accept(items, context, limits.depthMax);
  const failure = await appendDurably(route, acceptance.records);
  if (failure !== null) return failure;
  if (acceptance.records.length > 0) metrics.accepted(context.source, acceptance.records.length);
  for (const { code } of acceptance.rejected) metrics.rejected(code);
  for (const { type, reason } of acceptance.droppedIdentifiers) {
    metrics.identifierDropped(type, reason);
  }
  return acceptance;
}
