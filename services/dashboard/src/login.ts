/** Logging in with the secret key, and out again. */
import { parseUrl } from '@rosi/events';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Access, cookieName, sessionOf } from './access.js';
import { sessionMs } from './sessions.js';
import { loginPage } from './views/login.js';

const formBytesMax = 8_192;
const foreign = 'This form came from another site.';

export function addLogin(app: FastifyInstance, access: Access): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: formBytesMax },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  app.get('/login', (request, reply) => {
    const query = new URLSearchParams(request.url.split('?', 2)[1] ?? '');
    if (access.isOpen(request)) return reply.redirect(safeNext(query.get('next')), 303);
    const told = query.has('ended') ? 'Your session has ended: log in again.' : null;
    return sendLogin(reply, safeNext(query.get('next')), told);
  });
  app.post('/login', (request, reply) => logIn(access, request, reply));
  app.post('/logout', (request, reply) => logOut(access, request, reply));
}

function logIn(access: Access, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
  const next = safeNext(form.get('next'));
  const seconds = access.attempts.waitSeconds(request.ip);
  if (seconds > 0) {
    const told = `Too many wrong keys: wait ${seconds} seconds.`;
    return sendLogin(reply.code(429).header('retry-after', String(seconds)), next, told);
  }
  if (!isOwn(request)) return sendLogin(reply.code(403), next, foreign);
  const keyId = access.keyId((form.get('key') ?? '').trim());
  if (keyId === null) {
    access.attempts.failed(request.ip);
    return sendLogin(reply.code(401), next, 'This is not the secret key.');
  }
  const token = access.sessions.begin(keyId);
  return reply.header('set-cookie', cookie(request, token, sessionMs / 1_000)).redirect(next, 303);
}

/** The session's end and the cookie's are one: another site can cause neither. */
function logOut(access: Access, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!isOwn(request)) return sendLogin(reply.code(403), '/', foreign);
  const token = sessionOf(request);
  if (token !== null) access.sessions.end(token);
  return reply.header('set-cookie', cookie(request, '', 0)).redirect('/login', 303);
}

const sendLogin = (reply: FastifyReply, next: string, told: string | null) =>
  reply.type('text/html; charset=utf-8').send(loginPage({ next, told }));

/** Only the page itself is gone to: no other address can be slipped in. */
function safeNext(next: string | null): string {
  return next !== null && /^\/(?:\?[\x21-\x7e]*)?$/.test(next) ? next : '/';
}

/**
 * Browsers say where a form stands; one of another site is refused. Their own word comes first, since
 * behind a proxy the host may be another than the one that they know.
 */
function isOwn({ headers }: FastifyRequest): boolean {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (origin === undefined) return true;
  return parseUrl(origin)?.host === headers.host;
}

function cookie({ headers, protocol }: FastifyRequest, token: string, seconds: number): string {
  const isTls = protocol === 'https' || headers['x-forwarded-proto'] === 'https';
  const secure = isTls ? '; Secure' : '';
  return `${cookieName}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`;
}
