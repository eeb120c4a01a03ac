/**
 * GET /rosi.gif: one transparent pixel for pages without scripts. It counts a page view, or an order
 * where the address names one, and recognises nobody: who runs no script can't be asked for consent.
 * The image always comes, whatever is wrong, so that no page shows a broken one; `x-rosi-error` and
 * the status say what.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { accept } from '../accept.js';
import { collectAccess } from '../access.js';
import { appendDurably } from '../append.js';
import type { EventsRoute } from '../events-route.js';
import { type Problem, problem } from '../problems.js';
import { requestContext } from '../request-context.js';

const image = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

export function addImageRoute(app: FastifyInstance, route: EventsRoute): void {
  app.get('/rosi.gif', { exposeHeadRoute: false }, async (request, reply) => {
    const failure = await count(route, request);
    if (failure !== null) reply.code(failure.status).header('x-rosi-error', failure.code);
    return send(reply);
  });
}

function send(reply: FastifyReply): FastifyReply {
  return reply
    .headers({
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    })
    .type('image/gif')
    .send(image);
}

async function count(route: EventsRoute, request: FastifyRequest): Promise<Problem | null> {
  const keyKind = collectAccess(request, route.kindOf);
  if (typeof keyKind === 'object') return keyKind;
  const refused = route.keyLimits.refusal(request, 'write');
  if (refused !== null) return refused;
  route.keyLimits.charge(request, 'write', 1);
  const context = requestContext(request, 'write', route.workspace, route.now());
  const event = eventOf(request, (text) => route.workspace.hash(text));
  const { records, rejected } = accept([event], context, route.limits.depthMax);
  for (const { code } of rejected) route.metrics.rejected(code);
  if (records.length === 0) return problem(400, 'bad_request', 'The order is not usable.');
  const append = () => appendDurably(route, records);
  const failure = await route.keyLimits.inTurn(request, 'write', append);
  if (failure === null) route.metrics.accepted(context.source, records.length);
  return failure;
}

/** The page is the request's referrer, as far as the browser tells it. */
function eventOf(request: FastifyRequest, hash: (text: string) => string): object {
  const query = new URLSearchParams(request.url.split('?')[1] ?? '');
  const shared = {
    page: { url: request.headers.referer ?? '' },
    consent: { analytics: false },
    properties: { no_script: true },
  };
  const orderId = query.get('order_id');
  if (orderId === null) return { type: 'page', ...shared };
  const total = query.get('total');
  const amount = total === null ? {} : { total, currency: query.get('currency') };
  return {
    type: 'purchase',
    // Opened again it is the same event.
    event_id: `pixel:${hash(`image purchase\n${orderId}\n${total}`)}`,
    order: { order_id: orderId, ...amount },
    ...shared,
  };
}
