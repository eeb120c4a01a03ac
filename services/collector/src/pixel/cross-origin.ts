/**
 * Which pages may call and read the events endpoint: any, for a write key is public. With the
 * visitor's cookie a browser wants the page's own origin back and not `*`; that cookie is SameSite,
 * so no page of another site ever sends it.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { visitorHeader } from './pixel-request.js';

const preflightSeconds = 86_400;

export function allowOrigin(request: FastifyRequest, reply: FastifyReply): void {
  const { origin } = request.headers;
  if (origin === undefined) {
    reply.header('access-control-allow-origin', '*');
    return;
  }
  reply.headers({
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': `${visitorHeader}, retry-after`,
    vary: 'origin',
  });
}

export function answerPreflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  allowOrigin(request, reply);
  return reply
    .headers({
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization, content-type, content-encoding',
      'access-control-max-age': String(preflightSeconds),
    })
    .code(204)
    .send();
}
