/**
 * Snowplow's collector: GET /i (the pixel) and POST /com.snowplowanalytics.snowplow/tp2. The
 * application id (`aid`) is the write key, since Snowplow's trackers have no keys; a server may
 * send the secret key in `Authorization` instead. Trackers try again on every answer but 2xx, 400,
 * 401, 403, 410 and 422, and hold all later events back meanwhile: so what can't be mended by
 * trying again is answered with 400.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { KeyKind } from '../access.js';
import type { EventsRoute } from '../events-route.js';
import { isProblem, type Problem, problem, sendProblem } from '../problems.js';
import { listAt, textAt } from '../webhooks/reading.js';
import { type MessagesTaken, takeMessages, withJsonBody } from './intake.js';
import { keyInHeader, kindOfHeader, kindOfPublic } from './keys.js';
import { readSnowplow } from './snowplow.js';

const postPath = '/com.snowplowanalytics.snowplow/tp2';
const preflightSeconds = 86_400;

/** One transparent pixel. */
const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

export function addSnowplowRoutes(app: FastifyInstance, route: EventsRoute): void {
  app.options(postPath, (request, reply) => {
    allowOrigin(request, reply);
    return reply
      .headers({
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'content-type, authorization, sp-anonymous',
        'access-control-max-age': String(preflightSeconds),
      })
      .code(204)
      .send();
  });
  app.post(postPath, async (request, reply) => {
    allowOrigin(request, reply);
    const taken = await takePosted(route, request);
    if (isProblem(taken)) return refuse(reply, taken);
    return reply.code(200).type('text/plain; charset=utf-8').send('ok');
  });
  app.get('/i', async (request, reply) => {
    allowOrigin(request, reply);
    const taken = await takeGot(route, request);
    if (isProblem(taken)) return refuse(reply, taken);
    return reply.code(200).header('cache-control', 'no-store').type('image/gif').send(pixel);
  });
}

/** Trackers ask with credentials, which no answer to `*` may have; nothing here reads a cookie. */
function allowOrigin(request: FastifyRequest, reply: FastifyReply): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  reply.headers({
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
  });
}

const passing: ReadonlySet<number> = new Set([408, 429]);

function refuse(reply: FastifyReply, refused: Problem): FastifyReply {
  const final = refused.status >= 402 && refused.status < 500 && !passing.has(refused.status);
  return sendProblem(reply, final ? { ...refused, status: 400 } : refused);
}

async function takePosted(
  route: EventsRoute,
  request: FastifyRequest,
): Promise<MessagesTaken | Problem> {
  const stated = statedKind(route, request);
  if (stated !== null && typeof stated === 'object') return stated;
  return withJsonBody(route, request, stated ?? 'write', async (body, bytes) => {
    const payloads = listAt(body, 'data');
    if (payloads.length === 0) {
      return problem(400, 'bad_request', 'The body must be a payload_data with events in `data`.');
    }
    return takeAs(route, request, stated, { payloads, bytes });
  });
}

async function takeGot(
  route: EventsRoute,
  request: FastifyRequest,
): Promise<MessagesTaken | Problem> {
  const stated = statedKind(route, request);
  if (stated !== null && typeof stated === 'object') return stated;
  const refused = route.keyLimits.refusal(request, stated ?? 'write');
  if (refused !== null) return refused;
  const query = new URLSearchParams(request.url.split('?')[1] ?? '');
  const payloads = [Object.fromEntries(query)];
  return takeAs(route, request, stated, { payloads, bytes: request.url.length });
}

/** By the header; null: the payloads' own `aid` has to tell. */
function statedKind(route: EventsRoute, request: FastifyRequest): KeyKind | Problem | null {
  const key = keyInHeader(request);
  return key === null ? null : kindOfHeader(request, key, route.kindOf);
}

async function takeAs(
  route: EventsRoute,
  request: FastifyRequest,
  stated: KeyKind | null,
  { payloads, bytes }: { readonly payloads: readonly unknown[]; readonly bytes: number },
): Promise<MessagesTaken | Problem> {
  const keyKind = stated ?? kindOfAll(route, request, payloads);
  if (typeof keyKind === 'object') return keyKind;
  const isAnonymous = request.headers['sp-anonymous'] !== undefined;
  return takeMessages(route, request, {
    tracker: 'snowplow',
    keyKind,
    count: payloads.length,
    bytes,
    read: (context) => readSnowplow(payloads, context, isAnonymous),
  });
}

function kindOfAll(
  route: EventsRoute,
  request: FastifyRequest,
  payloads: readonly unknown[],
): KeyKind | Problem {
  const keys = new Set(payloads.map((payload) => textAt(payload, 'aid')));
  for (const key of keys) {
    const kind = kindOfPublic(request, key, route.kindOf);
    if (typeof kind === 'object') return kind;
  }
  return 'write';
}
