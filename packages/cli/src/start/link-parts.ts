/** Tracked links: the store of clicks that the log does not have yet, and where links are found. */
import { join } from 'node:path';
import { type LinksOptions, openClickStore } from '@rosi/collector';
import type { LifecyclePart } from '@rosi/service-kit';
import { findLink, listLinks, readNewestLinks, readRecentLinks } from '@rosi/warehouse';
import { workspace } from './log-parts.js';
import { need } from './need.js';
import type { HttpContext } from './started.js';

/** Clicks of an earlier run that the log does not have go there now. */
export function clicksPart({ config, started, logs, logger }: HttpContext): LifecyclePart {
  return {
    name: 'click store',
    start() {
      const dir = join(config.dataDir, 'clicks');
      started.clicks = openClickStore({ dir, log: logs.writer(), logger });
    },
    stop: () => started.clicks?.stop(),
  };
}

export function linksOptions({ config, started }: HttpContext): LinksOptions {
  const tables = need(started.tables);
  return {
    store: need(started.clicks),
    source: {
      newest: (limit) => readNewestLinks(tables, { workspace, limit }),
      recordedWithin: (seconds) => readRecentLinks(tables, { workspace, seconds }),
      find: (linkId) => findLink(tables, { workspace, linkId }),
    },
    list: (after, limit) => listLinks(tables, { workspace, after, limit }),
    publicUrl: config.publicUrl ?? undefined,
  };
}
