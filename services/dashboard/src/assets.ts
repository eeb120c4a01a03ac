/** Style, script and icon: a closed list of files, read once. */
import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { sendTagged } from './tagged.js';

const types = {
  'page.css': 'text/css; charset=utf-8',
  'live.js': 'text/javascript; charset=utf-8',
  'morph.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

/** The same place seen from `src` and from `dist`. */
const folder = new URL('../assets/', import.meta.url);

export async function addAssets(app: FastifyInstance): Promise<void> {
  for (const [name, type] of Object.entries(types)) {
    const text = await readFile(new URL(name, folder), 'utf8');
    app.get(`/assets/${name}`, (request, reply) => {
      reply.header('cache-control', 'no-cache');
      return sendTagged(request, reply, text, type);
    });
  }
}
