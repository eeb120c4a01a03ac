/**
 * Keys at run time: GET and POST /v1/keys, DELETE /v1/keys/:id, PUT /v1/keys/:id/origins, and the audit of
 * it all, GET /v1/audit. The secret key only. A change counts for this collector when it is answered, for
 * others that share the file within seconds. The last good secret key can't be revoked.
 */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type KeyReader, secretAccess } from '../access.js';
import { type Audit, type AuditAction, noted } from '../audit.js';
import { objectOf } from '../body-object.js';
import { isProblem, type Problem, problem, retryLater, sendProblem } from '../problems.js';
import { digestOf, type KeyKind, type KeyRing, makeKey, type StoredKey } from './key-ring.js';
import type { KeyStore } from './key-store.js';
import { readOrigin } from './origins.js';

export interface KeysRoute {
  readonly kindOf: KeyReader;
  readonly ring: KeyRing;
  readonly store: KeyStore;
  readonly audit?: Audit;
  now(): number;
}

type Answer = { readonly status: number; readonly body: object } | Problem;

interface KeyAddress {
  readonly Params: { readonly id: string };
}

const keysMax = 1_000;
const nameLengthMax = 100;
const originsMax = 100;
const auditShownMax = 1_000;

export function addKeysRoute(app: FastifyInstance, route: KeysRoute): void {
  const guarded = async (
    request: FastifyRequest,
    reply: FastifyReply,
    handle: () => Answer | Promise<Answer>,
  ): Promise<FastifyReply> => {
    const denied = secretAccess(request, route.kindOf);
    if (denied !== null) return sendProblem(reply, denied);
    const answer = await handle();
    if (isProblem(answer)) return sendProblem(reply, answer);
    return reply.code(answer.status).send(answer.body);
  };
  app.get('/v1/keys', (request, reply) =>
    guarded(request, reply, () => ({
      status: 200,
      body: { keys: route.ring.all().map(shownKey) },
    })),
  );
  app.post('/v1/keys', (request, reply) => guarded(request, reply, () => add(route, request)));
  app.delete<KeyAddress>('/v1/keys/:id', (request, reply) =>
    guarded(request, reply, () => revoke(route, request, request.params.id)),
  );
  app.put<KeyAddress>('/v1/keys/:id/origins', (request, reply) =>
    guarded(request, reply, () => changeOrigins(route, request, request.params.id)),
  );
  app.get('/v1/audit', (request, reply) =>
    guarded(request, reply, async () => {
      const entries = (await route.audit?.newest(auditShownMax)) ?? [];
      return { status: 200, body: { entries } };
    }),
  );
}

/** Never the digest: it says whether a guess is right. */
const shownKey = ({ id, kind, name, origins, createdAt, revokedAt }: StoredKey) => ({
  id,
  kind,
  name,
  origins,
  created_at: createdAt === '' ? null : createdAt,
  revoked_at: revokedAt,
});

async function add(route: KeysRoute, request: FastifyRequest): Promise<Answer> {
  const body = await objectOf(request);
  if (isProblem(body)) return body;
  const fields = new Map<string, unknown>(Object.entries(body));
  const kind = fields.get('kind');
  if (kind !== 'secret' && kind !== 'write') return invalid('"kind" must be "secret" or "write".');
  const name = fields.get('name') ?? '';
  if (typeof name !== 'string' || name.length > nameLengthMax) {
    return invalid(`"name" must be a text of at most ${nameLengthMax} characters.`);
  }
  const origins = originsIn(fields.get('origins'), kind);
  if (isFault(origins)) return origins;
  if (route.ring.all().length >= keysMax) return invalid(`There are ${keysMax} keys already.`);
  const key = makeKey(kind);
  const id = `k_${randomBytes(6).toString('hex')}`;
  const createdAt = new Date(route.now()).toISOString();
  const sha256 = digestOf(key);
  const stored: StoredKey = { id, kind, name, origins, sha256, createdAt, revokedAt: null };
  const failure = await change(route, request, 'key.added', stored);
  if (failure !== null) return failure;
  // Shown this once: it is kept as its digest.
  return { status: 201, body: { ...shownKey(stored), key } };
}

async function revoke(route: KeysRoute, request: FastifyRequest, id: string): Promise<Answer> {
  const key = route.ring.all().find((one) => one.id === id);
  if (key === undefined) return unknownKey();
  if (key.revokedAt !== null) return { status: 200, body: shownKey(key) };
  const good = route.ring.all().filter(({ kind, revokedAt }) => kind === 'secret' && !revokedAt);
  if (key.kind === 'secret' && good.length === 1) {
    const told = 'It is the only secret key: add another one first, or nobody could get in.';
    return problem(409, 'last_key', told);
  }
  const revoked = { ...key, revokedAt: new Date(route.now()).toISOString() };
  const failure = await change(route, request, 'key.revoked', revoked);
  return failure ?? { status: 200, body: shownKey(revoked) };
}

async function changeOrigins(
  route: KeysRoute,
  request: FastifyRequest,
  id: string,
): Promise<Answer> {
  const body = await objectOf(request);
  if (isProblem(body)) return body;
  const key = route.ring.all().find((one) => one.id === id);
  if (key === undefined) return unknownKey();
  const origins = originsIn('origins' in body ? body.origins : undefined, key.kind);
  if (isFault(origins)) return origins;
  const changed = { ...key, origins };
  const failure = await change(route, request, 'key.origins_changed', changed);
  return failure ?? { status: 200, body: shownKey(changed) };
}

/** Notes it, keeps it, and has it count. */
async function change(
  route: KeysRoute,
  request: FastifyRequest,
  action: AuditAction,
  key: StoredKey,
): Promise<Problem | null> {
  const refused = await noted(route, request, action, { id: key.id, kind: key.kind });
  if (refused !== null) return refused;
  try {
    // What others have written meanwhile stays.
    const others = route.store.read().filter(({ sha256 }) => sha256 !== key.sha256);
    const keys = [...others, key];
    route.store.write(keys);
    route.ring.use(keys);
    return null;
  } catch {
    const told = 'The keys can not be kept, so nothing was changed: check disk and rights.';
    return retryLater(503, 'keys_unavailable', told, 2);
  }
}

type Origins = readonly string[] | null;

const isFault = (value: Origins | Problem): value is Problem =>
  value !== null && !Array.isArray(value);

/** Null: of any site. */
function originsIn(stated: unknown, kind: KeyKind): Origins | Problem {
  if (stated === undefined || stated === null) return null;
  if (!Array.isArray(stated) || stated.length > originsMax) {
    return invalid(`"origins" must be a list of at most ${originsMax}, or null for any site.`);
  }
  if (kind === 'secret') return invalid('A secret key has no place on a page: it has no origins.');
  const origins = stated.map(readOrigin);
  const good = origins.filter((origin) => origin !== null);
  if (good.length === origins.length) return good;
  return invalid('An origin is written as "https://shop.example" or "https://*.shop.example".');
}

const invalid = (told: string) => problem(400, 'invalid_key', told);
const unknownKey = () =>
  problem(404, 'not_found', 'There is no key of this id: `rosi key list`, or GET /v1/keys.');
