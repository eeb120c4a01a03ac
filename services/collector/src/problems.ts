/**
 * Every way in which a request can fail: status, code and message, as values. The answer is always
 * `{ "error": { "code", "message" } }`; codes are a closed list, shown in docs/api.md.
 */
import type { FastifyReply } from 'fastify';

export const problemCodes = [
  'bad_request',
  'invalid_json',
  'invalid_encoding',
  'invalid_settings',
  'invalid_identifiers',
  'invalid_webhook',
  'invalid_link',
  'signature_missing',
  'signature_wrong',
  'signature_expired',
  'unauthorized',
  'origin_not_allowed',
  'invalid_key',
  'last_key',
  'not_found',
  'method_not_allowed',
  'request_timeout',
  'payload_too_large',
  'too_many_events',
  'unsupported_media_type',
  'headers_too_large',
  'rate_limited',
  'internal',
  'overloaded',
  'log_unavailable',
  'status_unavailable',
  'keys_unavailable',
  'audit_unavailable',
  'stopping',
] as const;

export type ProblemCode = (typeof problemCodes)[number];

export interface Problem {
  readonly status: number;
  readonly code: ProblemCode;
  /** Says what to do; never repeats what was sent. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function problem(
  status: number,
  code: ProblemCode,
  message: string,
  headers?: Readonly<Record<string, string>>,
): Problem {
  return headers === undefined ? { status, code, message } : { status, code, message, headers };
}

/** A problem that goes away: the client is told when to come again. */
export function retryLater(
  status: 429 | 503,
  code: ProblemCode,
  message: string,
  afterSeconds: number,
): Problem {
  return problem(status, code, message, { 'retry-after': String(Math.max(1, afterSeconds)) });
}

export function sendProblem(reply: FastifyReply, failure: Problem): FastifyReply {
  if (failure.headers !== undefined) reply.headers(failure.headers);
  reply.code(failure.status);
  return reply.send({ error: { code: failure.code, message: failure.message } });
}

/** Narrowing for functions that return a value or a problem. */
export function isProblem(value: object): value is Problem {
  return 'status' in value && 'code' in value && 'message' in value;
}
