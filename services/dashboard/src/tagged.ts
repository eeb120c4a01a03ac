/** Answers that are sent only when they differ from what the reader has (ETag, If-None-Match). */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

export function sendTagged(
  request: FastifyRequest,
  reply: FastifyReply,
  text: string,
  type = 'text/html; charset=utf-8',
): FastifyReply {
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  reply.header('etag', tag);
  if (request.headers['if-none-match'] === tag) return reply.code(304).send();
  return reply.type(type).send(text);
}
