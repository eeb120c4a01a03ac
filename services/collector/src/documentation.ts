/**
 * GET /openapi.json, and GET /docs, the same for people. The page is served whole from here: no
 * network is needed to read it, and the browser is told to load nothing from elsewhere.
 */
import swagger, { type SwaggerOptions } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { openApiDocument } from './openapi.js';
import type { CollectorLimits } from './options.js';

/** Stricter than the plugin's own, which allows styles of any https host and breaks plain http. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "base-uri 'self'",
  "font-src 'self' data:",
  "frame-ancestors 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "script-src 'self'",
  "script-src-attr 'none'",
  // Swagger UI gives some of its elements styles of their own.
  "style-src 'self' 'unsafe-inline'",
].join('; ');

const logo = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40" viewBox="0 0 120 40">
<path d="M6 30 L16 20 L24 26 L36 10" fill="none" stroke="#7ee0a8" stroke-width="4"
 stroke-linecap="round" stroke-linejoin="round"/>
<text x="46" y="28" font-family="sans-serif" font-size="22" font-weight="700"
 fill="#fff">ROSI</text>
</svg>`;

export async function addDocumentation(
  app: FastifyInstance,
  limits: CollectorLimits,
): Promise<void> {
  const document = openApiDocument(limits);
  const text = JSON.stringify(document);
  app.get('/openapi.json', (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(text),
  );
  // The plugin's typings know OpenAPI 3.0 alone; it serves the document as it is.
  const options = { mode: 'static', specification: { document } } as unknown as SwaggerOptions;
  await app.register(swagger, options);
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: contentSecurityPolicy,
    logo: { type: 'image/svg+xml', content: logo, href: '/docs' },
    theme: { title: 'ROSI HTTP API' },
    // No validator: it would send the document to a service on the internet.
    uiConfig: {
      docExpansion: 'list',
      deepLinking: true,
      validatorUrl: null,
      tryItOutEnabled: true,
    },
  });
}

/** Without pages for people, whoever opens the address in a browser finds the documentation. */
export function addFrontDoor(app: FastifyInstance): void {
  app.get('/', (_request, reply) => reply.redirect('/docs/'));
}
