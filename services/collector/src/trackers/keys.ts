/**
 * Which key a tracker's request speaks for. Trackers put a key where their own collector has it:
 * in HTTP Basic authentication, as a bearer's token, or, public ones alone, in the body.
 */
import type { FastifyRequest } from 'fastify';
import { type KeyKind, type KeyReader, letIn } from '../access.js';
import { type Problem, problem } from '../problems.js';

/** The key in the header `Authorization`; null when there is none. */
export function keyInHeader(request: FastifyRequest): string | null {
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').trim().split(/\s+/, 2);
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return null;
  // The key is the user; the password is empty.
  return Buffer.from(value, 'base64').toString('utf8').split(':', 1)[0] ?? '';
}

export function kindOfHeader(
  request: FastifyRequest,
  key: string,
  kindOf: KeyReader,
): KeyKind | Problem {
  const found = kindOf.find(key);
  return found === null ? unknownKey() : letIn(request, found);
}

/** A key that stands where it is shown to everybody: a secret one is refused there. */
export function kindOfPublic(
  request: FastifyRequest,
  key: string,
  kindOf: KeyReader,
): KeyKind | Problem {
  const found = kindOf.find(key);
  return found?.kind === 'write' ? letIn(request, found) : unknownKey();
}

const unknownKey = () =>
  problem(401, 'unauthorized', 'This is no write key of the workspace; `rosi start` prints it.');
