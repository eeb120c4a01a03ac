/**
 * POST /hooks/:source/:endpoint_id. Guarantees: nothing is read of a body before its signature is
 * good; 200 means that everything counted is on disk, 503 that the provider is to send it again;
 * every delivery is counted by its outcome. What can't be mended by sending again (an event that is
 * rejected, a topic that says nothing) is answered with 200 too: providers give up endpoints that
 * refuse.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { bodyHead, readBody } from '../body.js';
import type { CollectorMetrics } from '../collector-metrics.js';
import { isProblem, type Problem, problem, retryLater, sendProblem } from '../problems.js';
import { TokenBucket } from '../rate-limit.js';
import { type Answer, type Taking, takeDelivery, type WebhookRoute } from './delivery.js';
import type { WebhookEndpoint } from './endpoints.js';
import { sameText } from './signatures.js';

interface Door {
  readonly endpoint: WebhookEndpoint;
  readonly bucket: TokenBucket;
}

interface Address {
  readonly Params: { readonly source: string; readonly endpoint_id: string };
}

export function addWebhookRoute(app: FastifyInstance, route: WebhookRoute): void {
  const doorOf = doorFinder(route);
  app.post<Address>('/hooks/:source/:endpoint_id', async (request, reply) => {
    const door = doorOf(request.params);
    const answer = door === undefined ? unknownEndpoint() : await answerOf(route, door, request);
    count(route.metrics, door, answer);
    return send(reply, answer);
  });
  app.get<Address>('/hooks/:source/:endpoint_id', (request, reply) => {
    return answerChallenge(route, doorOf(request.params), request, reply);
  });
}

/** Endpoints change while it runs; what an address has used up of its limit stays used up. */
function doorFinder(route: WebhookRoute): (address: Address['Params']) => Door | undefined {
  let known: readonly WebhookEndpoint[] = [];
  let doors = new Map<string, Door>();
  return ({ source, endpoint_id: id }) => {
    const endpoints = route.options.webhooks?.() ?? known;
    if (endpoints !== known) {
      const before = doors;
      known = endpoints;
      doors = new Map(
        endpoints.map((endpoint) => {
          const address = `${endpoint.source}/${endpoint.id}`;
          const bucket =
            before.get(address)?.bucket ?? new TokenBucket(route.limits.webhookRate, route.now);
          return [address, { endpoint, bucket }];
        }),
      );
    }
    return doors.get(`${source}/${id}`);
  };
}

/** A provider asks once, when an address is set up, whether it is ours. */
function answerChallenge(
  route: WebhookRoute,
  door: Door | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const query = new URLSearchParams(request.url.split('?')[1] ?? '');
  const challenge = door?.endpoint.adapter.challenge(query) ?? null;
  if (challenge === null || challenge.answer.length > challengeLengthMax) {
    return sendProblem(reply, unknownEndpoint());
  }
  if (!sameText(challenge.token, challenge.expected)) {
    route.metrics.webhook(door?.endpoint.source ?? 'none', 'refused', 'signature_wrong');
    const told = 'The token is not the verify_token of this endpoint.';
    return sendProblem(reply, problem(401, 'signature_wrong', told));
  }
  route.metrics.webhook(door?.endpoint.source ?? 'none', 'ignored', 'ping');
  // As text that no browser runs: it is whatever was asked.
  reply.header('x-content-type-options', 'nosniff').type('text/plain; charset=utf-8');
  return reply.code(200).send(challenge.answer);
}

const challengeLengthMax = 1_000;

function unknownEndpoint(): Problem {
  const told = 'There is no such webhook endpoint: docs/webhooks.md says how to add one.';
  return problem(404, 'not_found', told);
}

async function answerOf(
  route: WebhookRoute,
  { endpoint, bucket }: Door,
  request: FastifyRequest,
): Promise<Answer | Problem> {
  const waitSeconds = bucket.waitSeconds();
  if (waitSeconds > 0) {
    const told = 'Too many deliveries to this endpoint: wait as Retry-After says.';
    return retryLater(429, 'rate_limited', told, waitSeconds);
  }
  // Providers send JSON under several names, and sign what they send: it is never compressed.
  const headers = { ...request.headers, 'content-type': 'application/json' };
  const head = bodyHead(headers, route.limits.bodyBytesMax);
  if (isProblem(head)) return head;
  if (head.encoding !== 'identity') {
    return problem(415, 'unsupported_media_type', 'A webhook must not be compressed.');
  }
  if (!route.inFlight.reserve(head.bytesMax)) {
    return retryLater(503, 'overloaded', 'Too much is under way: send it again shortly.', 1);
  }
  try {
    const body = await readBody(request.raw, head, route.limits.bodyBytesMax);
    if (isProblem(body)) return body;
    const taking: Taking = {
      endpoint,
      headers: request.headers,
      body,
      receivedAt: route.now(),
      charge: (events) => bucket.charge(events),
    };
    return await takeDelivery(route, taking);
  } finally {
    route.inFlight.release(head.bytesMax);
  }
}

function count(metrics: CollectorMetrics, door: Door | undefined, answer: Answer | Problem): void {
  const source = door?.endpoint.source ?? 'none';
  if (isProblem(answer)) metrics.webhook(source, 'refused', answer.code);
  else metrics.webhook(source, answer.outcome, answer.reason);
}

function send(reply: FastifyReply, answer: Answer | Problem): FastifyReply {
  if (isProblem(answer)) return sendProblem(reply, answer);
  return reply.code(200).send(answer.body);
}
