/**
 * Who asks: the secret key (servers) or the write key (pixels, public: it can only collect). Keys
 * are compared in constant time, by their hashes, so that neither length nor content leaks.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { type Problem, problem } from './problems.js';

export type KeyKind = 'secret' | 'write';

/** Null: neither key. */
export type KeyReader = (key: string) => KeyKind | null;

export function keyReader(keys: {
  readonly secretKey: string;
  readonly writeKey: string;
}): KeyReader {
  const secret = digest(keys.secretKey);
  const write = digest(keys.writeKey);
  return (key) => {
    const asked = digest(key);
    // Both are always compared, so that the time tells nothing of which one fits.
    const isSecret = timingSafeEqual(asked, secret);
    const isWrite = timingSafeEqual(asked, write);
    if (isSecret) return 'secret';
    return isWrite ? 'write' : null;
  };
}

const digest = (key: string) => hash('sha256', key, 'buffer');

/** Who sends events. Beacons can't set headers: their write key may stand in the query. */
export function collectAccess(request: FastifyRequest, kindOf: KeyReader): KeyKind | Problem {
  const bearer = bearerOf(request);
  if (bearer !== null) return kindOf(bearer) ?? unauthorized('This key is not known.', true);
  const inQuery = queryKeyOf(request);
  if (inQuery === null) {
    return unauthorized(
      'Send the header `Authorization: Bearer <secret key or write key>`.',
      false,
    );
  }
  // A secret key in an address would end up in logs and histories, so it is not taken there.
  if (kindOf(inQuery) === 'write') return 'write';
  return unauthorized('Only the write key may stand in the query.', true);
}

/** Null when the request has the secret key. */
export function secretAccess(request: FastifyRequest, kindOf: KeyReader): Problem | null {
  const bearer = bearerOf(request);
  if (bearer === null) {
    return unauthorized('Send the header `Authorization: Bearer <secret key>`.', false);
  }
  const kind = kindOf(bearer);
  if (kind === 'secret') return null;
  const told = kind === 'write' ? 'A write key can only send events: use the secret key.' : null;
  return unauthorized(told ?? 'This key is not known.', true);
}

function bearerOf(request: FastifyRequest): string | null {
  const header = request.headers.authorization;
  if (header === undefined || header.slice(0, 7).toLowerCase() !== 'bearer ') return null;
  return header.slice(7).trim();
}

function queryKeyOf(request: FastifyRequest): string | null {
  const { query } = request;
  if (typeof query !== 'object' || query === null || !('write_key' in query)) return null;
  return typeof query.write_key === 'string' ? query.write_key : null;
}

function unauthorized(message: string, keyGiven: boolean): Problem {
  const challenge = keyGiven ? 'Bearer realm="rosi", error="invalid_token"' : 'Bearer realm="rosi"';
  return problem(401, 'unauthorized', message, { 'www-authenticate': challenge });
}
