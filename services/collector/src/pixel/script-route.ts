/**
 * GET /rosi.js: the pixel's script, from memory. Its settings stand in the address and are read by
 * the script itself, so that every shop gets the same bytes.
 */
import { createHash } from 'node:crypto';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { script } from '@rosi/pixel/script';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** An hour, and a day longer while a newer one is fetched. */
const caching = 'public, max-age=3600, stale-while-revalidate=86400';

const bodies = {
  br: brotliCompressSync(script),
  gzip: gzipSync(script, { level: 9 }),
  identity: Buffer.from(script),
} as const;
/** Weak: the bytes of the compressed forms differ. */
const tag = `W/"${createHash('sha256').update(script).digest('base64url').slice(0, 22)}"`;

export function addScriptRoute(app: FastifyInstance): void {
  app.get('/rosi.js', (request, reply) => {
    reply.headers({
      etag: tag,
      vary: 'accept-encoding',
      'cache-control': caching,
      // Any shop may load it, by `crossorigin` and under a policy of its own, too.
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    });
    if (isKnown(request)) return reply.code(304).send();
    const encoding = encodingFor(request.headers['accept-encoding'] ?? '');
    if (encoding !== 'identity') reply.header('content-encoding', encoding);
    return reply.type('text/javascript; charset=utf-8').send(bodies[encoding]);
  });
}

function isKnown(request: FastifyRequest): boolean {
  const known = (request.headers['if-none-match'] ?? '').split(',').map((each) => each.trim());
  return known.some((each) => each === '*' || each === tag || `W/${each}` === tag);
}

function encodingFor(accepted: string): keyof typeof bodies {
  const names = accepted
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => !/;\s*q=0(\.0*)?$/.test(each))
    .map((each) => each.split(';')[0]);
  if (names.includes('br')) return 'br';
  return names.includes('gzip') ? 'gzip' : 'identity';
}
