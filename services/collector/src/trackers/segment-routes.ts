/**
 * Segment's HTTP API under /v1, also by the one-letter paths of analytics.js, and the settings that
 * analytics.js asks for when it loads. Answers `{"success": true}` once everything accepted is on
 * disk. A 4xx makes Segment's libraries give a message up, 429 and 5xx make them send it again.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { KeyKind } from '../access.js';
import type { EventsRoute } from '../events-route.js';
import { isProblem, type Problem, sendProblem } from '../problems.js';
import { at, listAt, textAt } from '../webhooks/reading.js';
import { type MessagesTaken, takeMessages, withJsonBody } from './intake.js';
import { keyInHeader, kindOfHeader, kindOfPublic } from './keys.js';
import { isSegmentType, readSegment } from './segment.js';

/** Paths, and the type of a message that states none; null: a batch of any. */
const paths: ReadonlyMap<string, string | null> = new Map([
  ['/v1/track', 'track'],
  ['/v1/t', 'track'],
  ['/v1/identify', 'identify'],
  ['/v1/i', 'identify'],
  ['/v1/page', 'page'],
  ['/v1/p', 'page'],
  ['/v1/screen', 'screen'],
  ['/v1/s', 'screen'],
  ['/v1/alias', 'alias'],
  ['/v1/a', 'alias'],
  ['/v1/group', 'group'],
  ['/v1/g', 'group'],
  ['/v1/batch', null],
  ['/v1/b', null],
  ['/v1/import', null],
]);

const preflightSeconds = 86_400;

export function addSegmentRoutes(app: FastifyInstance, route: EventsRoute): void {
  for (const [path, type] of paths) {
    app.options(path, (_request, reply) => answerPreflight(reply));
    app.post(path, async (request, reply) => {
      reply.header('access-control-allow-origin', '*');
      const taken = await take(route, request, type);
      if (isProblem(taken)) return sendProblem(reply, taken);
      return reply.code(200).send({ success: true, ...taken });
    });
  }
  addSettingsRoute(app, route);
}

function answerPreflight(reply: FastifyReply): FastifyReply {
  return reply
    .headers({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers':
        'authorization, content-type, content-encoding, x-retry-count',
      'access-control-max-age': String(preflightSeconds),
    })
    .code(204)
    .send();
}

async function take(
  route: EventsRoute,
  request: FastifyRequest,
  type: string | null,
): Promise<MessagesTaken | Problem> {
  const key = keyInHeader(request);
  const stated = key === null ? null : kindOfHeader(request, key, route.kindOf);
  if (stated !== null && typeof stated === 'object') return stated;
  return withJsonBody(route, request, stated ?? 'write', async (body, bytes) => {
    const keyKind = stated ?? kindOfPublic(request, textAt(body, 'writeKey'), route.kindOf);
    if (typeof keyKind === 'object') return keyKind;
    const batch = type === null ? batchOf(body) : { messages: [asType(body, type)], shared: {} };
    return takeAs(route, request, keyKind, batch, bytes);
  });
}

function takeAs(
  route: EventsRoute,
  request: FastifyRequest,
  keyKind: KeyKind,
  { messages, shared }: Batch,
  bytes: number,
): Promise<MessagesTaken | Problem> {
  const { length: count } = messages;
  return takeMessages(route, request, {
    tracker: 'segment',
    keyKind,
    count,
    bytes: bytes + Math.max(0, count - 1) * JSON.stringify(shared).length,
    read: (context) => messages.map((message) => readSegment(inBatch(shared, message), context)),
  });
}

/** Segment passes all kinds of messages on to one address, and each says its own. */
function asType(body: object, ofPath: string): object {
  return isSegmentType(textAt(body, 'type')) ? body : { ...body, type: ofPath };
}

/** Messages, and the fields that a batch states for all of them. */
interface Batch {
  readonly messages: readonly unknown[];
  readonly shared: object;
}

function batchOf(body: object): Batch {
  const shared = {
    sentAt: at(body, 'sentAt'),
    integrations: at(body, 'integrations'),
    context: at(body, 'context'),
  };
  return { messages: listAt(body, 'batch'), shared };
}

/** What is stated for all messages stands in each, unless it states its own. */
function inBatch(shared: object, message: unknown): unknown {
  if (typeof message !== 'object' || message === null) return message;
  const context = merged(at(shared, 'context'), at(message, 'context'));
  return { ...shared, ...message, context };
}

function merged(shared: unknown, own: unknown): object {
  const fields = (value: unknown) => (typeof value === 'object' && value !== null ? value : {});
  return { ...fields(shared), ...fields(own) };
}

interface SettingsAddress {
  readonly Params: { readonly write_key: string };
}

/** analytics.js loads its settings before it sends anything; `cdnURL` points it here. */
function addSettingsRoute(app: FastifyInstance, route: EventsRoute): void {
  app.get<SettingsAddress>('/v1/projects/:write_key/settings', (request, reply) => {
    reply.header('access-control-allow-origin', '*');
    const { write_key: apiKey } = request.params;
    const keyKind = kindOfPublic(request, apiKey, route.kindOf);
    if (typeof keyKind === 'object') return sendProblem(reply, keyKind);
    const apiHost = `${request.host}/v1`;
    const segment = { apiKey, apiHost, protocol: request.protocol, type: 'browser' };
    return reply.send({
      integrations: { 'Segment.io': segment },
      plan: { track: { __default: { enabled: true, integrations: {} } } },
    });
  });
}
