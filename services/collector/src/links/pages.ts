/** What a visitor sees when a tracked link leads nowhere. The pages say nothing of the system. */
import type { FastifyReply } from 'fastify';

const page = (title: string, told: string, refresh = '') => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">${refresh}
<title>${title}</title>
<style>
body { margin: 0; min-height: 100vh; display: grid; place-content: center; text-align: center;
  font: 1.05rem/1.5 system-ui, sans-serif; color: #222; background: #fafafa; padding: 1rem; }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818; } }
h1 { font-size: 1.4rem; margin: 0 0 0.5rem; }
p { margin: 0; max-width: 32rem; }
</style>
</head>
<body><main><h1>${title}</h1><p>${told}</p></main></body>
</html>
`;

const unknown = page(
  'This link leads nowhere',
  'It may have been mistyped, or it is no longer in use.',
);
const again = page(
  'One moment, please',
  'This page tries again by itself.',
  '\n<meta http-equiv="refresh" content="2">',
);

const headers = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  'content-type': 'text/html; charset=utf-8',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
};

export function sendUnknownLink(reply: FastifyReply): FastifyReply {
  return reply.code(404).headers(headers).send(unknown);
}

/** Whether there is such a link can't be told now. */
export function sendComeAgain(reply: FastifyReply): FastifyReply {
  return reply.code(503).headers(headers).header('retry-after', '2').send(again);
}
