/**
 * GET /l/:link_id: sends the visitor on, and keeps the click. Guarantees: nothing is waited for on
 * the way of a known link but the kernel; a link leads to its registered destination or nowhere; a
 * visitor is sent on even when the click can't be counted, and then without `rosi_click`, so that
 * the page he lands on counts as a visit of its own instead.
 */
import { isBotAgent, normalise } from '@rosi/events';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AddressLimits } from '../address-limits.js';
import type { CollectorMetrics } from '../collector-metrics.js';
import { networkOfRequest } from '../network.js';
import { requestContext, type Workspace } from '../request-context.js';
import { clickEvent } from './click-event.js';
import type { ClickStore } from './click-store.js';
import { targetOf } from './destination.js';
import type { Found, LinkBook } from './link-book.js';
import { sendComeAgain, sendUnknownLink } from './pages.js';
import type { RecentClicks } from './recent-clicks.js';
import { anonymousIdOf, clickIdOf, noClickId } from './visitor.js';

export interface RedirectRoute {
  readonly book: LinkBook;
  readonly store: ClickStore;
  readonly recent: RecentClicks;
  readonly limits: AddressLimits;
  readonly workspace: Workspace;
  readonly metrics: CollectorMetrics;
  now(): number;
}

interface LinkAddress {
  readonly Params: { readonly link_id: string };
}

export function addRedirectRoute(app: FastifyInstance, route: RedirectRoute): void {
  app.route<LinkAddress>({
    method: ['GET', 'HEAD'],
    url: '/l/:link_id',
    handler: (request, reply) => {
      const linkId = request.params.link_id;
      const known = linkId.length > idLengthMax ? 'unknown' : route.book.get(linkId);
      if (known !== undefined) return answer(route, request, reply, linkId, known);
      return route.book.find(linkId).then((found) => answer(route, request, reply, linkId, found));
    },
  });
}

/** Of a catalogue entry's id: a longer one is none. */
const idLengthMax = 256;

const redirectHeaders = {
  // Each click is to be seen, and none is to be anybody else's.
  'cache-control': 'private, no-store',
  'x-robots-tag': 'noindex',
};

function answer(
  route: RedirectRoute,
  request: FastifyRequest,
  reply: FastifyReply,
  linkId: string,
  found: Found,
): FastifyReply {
  if (found === 'unknown' || found === 'later') {
    route.metrics.click(found);
    return found === 'unknown' ? sendUnknownLink(reply) : sendComeAgain(reply);
  }
  const location = follow(route, request, linkId, found.destination);
  return reply.code(302).headers(redirectHeaders).header('location', location).send();
}

/** The address to go on to, once the click is kept. */
function follow(
  route: RedirectRoute,
  request: FastifyRequest,
  linkId: string,
  destination: string,
): string {
  const { metrics, recent, workspace } = route;
  const query = request.url.split('?').slice(1).join('?');
  const at = route.now();
  const address = networkOfRequest(request);
  const context = requestContext(request, 'write', workspace, at);
  const mayIdentify = !context.secGpc;
  const visitor = {
    anonymousId: mayIdentify ? anonymousIdOf(request.headers.cookie) : null,
    address,
    userAgent: context.requestUserAgent,
    languages: request.headers['accept-language'] ?? '',
  };
  const counted = !(context.prefetch || isBotAgent(context.requestUserAgent));
  const clickId = clickIdOf({ linkId, at, counted }, visitor, workspace.hash);
  const shownId = mayIdentify ? clickId : noClickId;
  const target = targetOf(destination, query, counted ? shownId : null);
  if (recent.has(clickId)) {
    metrics.click('repeated');
    return target;
  }
  if (!route.limits.admits(address)) {
    metrics.click('over_limit');
    return targetOf(destination, query, null);
  }
  const click = { linkId, target, clickId, counted, anonymousId: visitor.anonymousId };
  const raw = clickEvent({ ...click, referrer: request.headers.referer ?? '' });
  const result = normalise(raw, { ...context, source: 'link' });
  if (!result.ok || !route.store.keep(result.event)) {
    metrics.click('not_kept');
    return targetOf(destination, query, null);
  }
  recent.add(clickId);
  metrics.click(counted ? 'counted' : 'passed');
  return target;
}
