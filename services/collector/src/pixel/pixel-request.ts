/**
 * A request by the pixel's script: it says so in its address, since a beacon can't set headers. Only
 * such requests read and set the visitor's cookie; what others state is never changed.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { KeyKind } from '../access.js';
import { anonymousIdOf, visitorCookie } from '../links/visitor.js';
import { type PixelFacts, type PixelReading, visitorIdPattern } from './pixel-events.js';
import { hostName, siteOf } from './site.js';

/** 400 days: browsers keep none longer. */
const keptSeconds = 400 * 86_400;
export const visitorHeader = 'x-rosi-id';

export function isPixelRequest(request: FastifyRequest, keyKind: KeyKind): boolean {
  return keyKind === 'write' && queryOf(request)['pixel'] === '1';
}

export function pixelFacts(
  request: FastifyRequest,
  receivedAt: number,
  hash: (text: string) => string,
): PixelFacts {
  const sentAt = Number(queryOf(request)['sent_at'] ?? Number.NaN);
  return {
    cookieId: visitorIdOf(request),
    refused: request.headers['sec-gpc'] === '1',
    receivedAt,
    sentAt: Number.isFinite(sentAt) ? sentAt : null,
    hash,
  };
}

/** Renews the cookie of who may be recognised, and takes it from who may not. */
export function answerVisitor(
  request: FastifyRequest,
  reply: FastifyReply,
  { visitorId, withdrawn }: PixelReading,
): void {
  if (visitorId !== null) {
    reply.header(visitorHeader, visitorId);
    reply.header('set-cookie', cookieText(request, visitorId, keptSeconds));
  } else if (withdrawn && visitorIdOf(request) !== null) {
    reply.header('set-cookie', cookieText(request, '', 0));
  }
}

/**
 * For the whole site, where the page and the address that it knows us by are one; else for this host
 * alone, since a proxy may have changed the Host that we see, and a wrong domain loses the cookie.
 */
function cookieText(request: FastifyRequest, value: string, seconds: number): string {
  const site = siteOf(hostName(request.headers.host));
  const shared = site !== null && site === siteOf(hostName(request.headers.origin));
  const domain = shared ? `; Domain=${site}` : '';
  return `${visitorCookie}=${value}; Path=/; Max-Age=${seconds}${domain}; HttpOnly; Secure; SameSite=Lax`;
}

function visitorIdOf(request: FastifyRequest): string | null {
  const found = anonymousIdOf(request.headers.cookie);
  return found !== null && visitorIdPattern.test(found) ? found : null;
}

function queryOf(request: FastifyRequest): Readonly<Record<string, unknown>> {
  const { query } = request;
  return typeof query === 'object' && query !== null ? { ...query } : {};
}
