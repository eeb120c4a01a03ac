/** Tracked links: where they lead, the clicks on them, and how they are made. */
import type { TopicWriter } from '@rosi/streams';
import type { FastifyInstance } from 'fastify';
import type { KeyReader } from '../access.js';
import { AddressLimits } from '../address-limits.js';
import type { CollectorMetrics } from '../collector-metrics.js';
import type { CollectorLimits, CollectorOptions } from '../options.js';
import type { Workspace } from '../request-context.js';
import { LinkBook } from './link-book.js';
import { addLinksRoute } from './links-route.js';
import { tellingLinks } from './passing-links.js';
import { RecentClicks } from './recent-clicks.js';
import { addRedirectRoute } from './redirect-route.js';

export interface LinksContext {
  readonly kindOf: KeyReader;
  readonly limits: CollectorLimits;
  readonly workspace: Workspace;
  readonly metrics: CollectorMetrics;
  readonly options: CollectorOptions;
  now(): number;
}

/** Adds the routes; the log that is answered tells them of links, and is to be written to instead. */
export async function addLinks(app: FastifyInstance, context: LinksContext): Promise<TopicWriter> {
  const { limits, options, now } = context;
  if (options.links === undefined) return options.log;
  const { source, store } = options.links;
  const book = new LinkBook({ source, logger: options.logger, now });
  const log = tellingLinks(options.log, (link) => book.put(link));
  await book.start();
  app.addHook('onClose', async () => book.stop());
  addRedirectRoute(app, {
    ...context,
    book,
    store,
    recent: new RecentClicks(),
    limits: new AddressLimits({ rate: limits.clickRate, now }),
  });
  addLinksRoute(app, { ...context, log, book });
  return log;
}
