/** What a request's headers say about all events in it, as normalisation wants to know it. */
import type { NormaliseContext } from '@rosi/events';
import type { FastifyRequest } from 'fastify';
import type { KeyKind } from './access.js';
import { makeEventId } from './event-id.js';

/** What is the same for all requests. */
export interface Workspace {
  readonly workspace: string;
  readonly ownDomains: readonly string[];
  hash(text: string): string;
}

export function requestContext(
  request: FastifyRequest,
  keyKind: KeyKind,
  workspace: Workspace,
  receivedAt: number,
): NormaliseContext {
  const { headers } = request;
  const fromBrowser = keyKind === 'write';
  return {
    workspace: workspace.workspace,
    ownDomains: workspace.ownDomains,
    hash: workspace.hash,
    receivedAt,
    keyKind,
    source: fromBrowser ? 'pixel' : serverSource(headers['x-rosi-source']),
    // A server's own agent and privacy signal say nothing about the person of its events.
    requestUserAgent: fromBrowser ? (headers['user-agent'] ?? '') : '',
    secGpc: fromBrowser && headers['sec-gpc'] === '1',
    prefetch: request.method === 'HEAD' || isPrefetch(headers),
    makeEventId: () => makeEventId(receivedAt),
  };
}

const connector = /^connector:[a-z0-9_-]{1,32}$/;

/** Imports and connectors name themselves; both are servers. */
function serverSource(header: string | string[] | undefined): string {
  const stated = typeof header === 'string' ? header.trim().toLowerCase() : '';
  return stated === 'import' || connector.test(stated) ? stated : 'server';
}

/** Browsers and link previews say so when they fetch ahead; Firefox says X-Moz. */
function isPrefetch(headers: FastifyRequest['headers']): boolean {
  const stated = [
    headers['sec-purpose'],
    headers['purpose'],
    headers['x-purpose'],
    headers['x-moz'],
  ];
  return stated.some(
    (value) => typeof value === 'string' && /prefetch|preview|prerender/i.test(value),
  );
}
