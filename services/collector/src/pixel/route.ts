/** What the collector serves to pages that use the pixel. Events themselves go to /v1/events. */
import type { FastifyInstance } from 'fastify';
import type { EventsRoute } from '../events-route.js';
import { addImageRoute } from './image-route.js';
import { addScriptRoute } from './script-route.js';

export function addPixelRoutes(app: FastifyInstance, route: EventsRoute): void {
  addScriptRoute(app);
  addImageRoute(app, route);
}
