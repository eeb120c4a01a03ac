/**
 * The dashboard as a plugin of whoever serves HTTP: the page, its pieces and its sessions. Guarantees
 * that figures are shown only to the secret key or a session made with it, that nothing is loaded
 * from elsewhere, and that no script stands in a page.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Access, oneKey } from './access.js';
import { addAssets } from './assets.js';
import { readChoices } from './choices.js';
import { FiguresCache } from './figures-cache.js';
import type { Html } from './html.js';
import { addLogin } from './login.js';
import type { DashboardOptions } from './options.js';
import { sendTagged } from './tagged.js';
import { failurePage } from './views/failure.js';
import { mainView, pageOf } from './views/page.js';

const headers = {
  'content-security-policy': [
    "default-src 'none'",
    "base-uri 'none'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "img-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
  ].join('; '),
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/** To be registered in a scope of its own: its hooks are for its routes alone. */
export function dashboard(options: DashboardOptions): (app: FastifyInstance) => Promise<void> {
  const now = options.now ?? Date.now;
  const access = new Access(options.keys ?? oneKey(options.secretKey), now);
  const cache = new FiguresCache(options, now);

  async function main(request: FastifyRequest): Promise<Html> {
    const choices = readChoices(queryOf(request));
    const pipeline = await options.status();
    const figures = await cache.read(choices, pipeline);
    return mainView({ choices, figures, pipeline, timezone: options.timezone });
  }

  return async (app) => {
    app.addHook('onRequest', (_request, reply, done) => {
      reply.headers(headers);
      done();
    });
    app.setErrorHandler((error, request, reply) => failed(options, error, request, reply));
    await addAssets(app);
    addLogin(app, access);
    app.get('/', async (request, reply) => {
      if (!access.isOpen(request)) return toLogin(request, reply);
      return sendHtml(reply, pageOf(await main(request)));
    });
    // The part of the page that changes, for the page itself.
    app.get('/live', async (request, reply) => {
      if (!access.isOpen(request)) return reply.code(401).send();
      return sendTagged(request, reply, (await main(request)).text);
    });
  };
}

const sendHtml = (reply: FastifyReply, text: string) =>
  reply.type('text/html; charset=utf-8').send(text);

function queryOf(request: FastifyRequest): URLSearchParams {
  const start = request.url.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : request.url.slice(start + 1));
}

function toLogin(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const next = request.url === '/' ? '' : `?${new URLSearchParams({ next: request.url })}`;
  return reply.redirect(`/login${next}`, 303);
}

/** ClickHouse away is the usual one: the page says so and can be loaded again. */
function failed(
  options: DashboardOptions,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = statusOf(error);
  if (status < 500) return sendHtml(reply.code(status), failurePage('This request is not one.'));
  options.logger.error({ err: error, route: request.routeOptions.url }, 'a page failed');
  return sendHtml(reply.code(503), failurePage('The figures can not be read just now.'));
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return 500;
  return typeof error.statusCode === 'number' ? error.statusCode : 500;
}
