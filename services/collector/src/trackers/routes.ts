/** Other trackers' languages: their libraries can be pointed at ROSI as they are. */
import type { FastifyInstance } from 'fastify';
import type { EventsRoute } from '../events-route.js';
import { addSegmentRoutes } from './segment-routes.js';
import { addSnowplowRoutes } from './snowplow-routes.js';

export function addTrackerRoutes(app: FastifyInstance, route: EventsRoute): void {
  addSegmentRoutes(app, route);
  addSnowplowRoutes(app, route);
}
