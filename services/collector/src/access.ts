/**
 * Who asks: a secret key (servers) or a write key (pixels, public: it can only collect). Which key it was
 * is remembered for the request, for limits and for the audit.
 */
import type { FastifyRequest } from 'fastify';
import type { Key, KeyKind, KeyRing } from './keys/key-ring.js';
import { isAllowed, originOf } from './keys/origins.js';
import { type Problem, problem } from './problems.js';

export type { KeyKind } from './keys/key-ring.js';

/** Null: no key that is good. */
export interface KeyReader {
  (key: string): KeyKind | null;
  find(key: string): Key | null;
}

export function keyReader(ring: KeyRing): KeyReader {
  const kindOf = (key: string) => ring.find(key)?.kind ?? null;
  return Object.assign(kindOf, { find: (key: string) => ring.find(key) });
}

const callers = new WeakMap<FastifyRequest, Key>();

/** The key that a request was let in with; null: none, or another way. */
export function callerOf(request: FastifyRequest): Key | null {
  return callers.get(request) ?? null;
}

/** Who sends events. Beacons can't set headers: their write key may stand in the query. */
export function collectAccess(request: FastifyRequest, kindOf: KeyReader): KeyKind | Problem {
  const bearer = bearerOf(request);
  if (bearer !== null) {
    const key = kindOf.find(bearer);
    return key === null ? unauthorized(unknownKey, true) : letIn(request, key);
  }
  const inQuery = queryKeyOf(request);
  if (inQuery === null) {
    return unauthorized(
      'Send the header `Authorization: Bearer <secret key or write key>`.',
      false,
    );
  }
  // A secret key in an address would end up in logs and histories, so it is not taken there.
  const key = kindOf.find(inQuery);
  if (key?.kind === 'write') return letIn(request, key);
  const told = key === null ? unknownKey : 'Only a write key may stand in the address.';
  return unauthorized(told, true);
}

const unknownKey =
  'This key is not known, or revoked: keys.json of the data folder has those of the first start, ' +
  '`rosi key list` tells of the others.';

/** By whichever way the key came: a page that is not on its list is refused. */
export function letIn(request: FastifyRequest, key: Key): KeyKind | Problem {
  if (key.origins !== null && !isAllowed(key.origins, originOf(request.headers))) {
    const told = 'This write key may not be used on this site: `rosi key origins` changes that.';
    return problem(403, 'origin_not_allowed', told);
  }
  callers.set(request, key);
  return key.kind;
}

/** Null when the request has the secret key. */
export function secretAccess(request: FastifyRequest, kindOf: KeyReader): Problem | null {
  const bearer = bearerOf(request);
  if (bearer === null) {
    return unauthorized('Send the header `Authorization: Bearer <secret key>`.', false);
  }
  const key = kindOf.find(bearer);
  if (key?.kind === 'secret') {
    callers.set(request, key);
    return null;
  }
  const told =
    key?.kind === 'write' ? 'A write key can only send events: use the secret key.' : null;
  return unauthorized(told ?? unknownKey, true);
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
