/**
 * Touchpoints of a table: visits, clicks, views or interactions that another tool has recorded.
 * A row that states no type is a visit, which is a touchpoint whatever it came from.
 */
import type { FieldColumns } from './column-map.js';
import { createLineIds } from './event-id.js';
import type { Row, RowImporter } from './importer.js';
import type { ImportEvent } from './item.js';
import {
  eventOfEachRow,
  identifiersOf,
  RowProblem,
  requiredText,
  type TableOptions,
  timeOf,
} from './row-reading.js';

const own = [
  'platform',
  'medium',
  'media_type',
  'post_id',
  'influencer_id',
  'campaign_id',
  'link_id',
  'program_id',
  'user_agent',
] as const;
const utmFields = ['source', 'medium', 'campaign', 'content', 'term'] as const;

export const touchpointFields: FieldColumns = {
  event_id: ['event_id'],
  type: ['type'],
  occurred_at: ['occurred_at', 'started_at', 'timestamp', 'time', 'created_at', 'date'],
  user_id: ['user_id'],
  customer_id: ['customer_id'],
  email: ['email'],
  phone: ['phone'],
  handle: ['handle'],
  anonymous_id: ['anonymous_id', 'visitor_id', 'client_id'],
  click_id: ['click_id'],
  url: ['url', 'page_url', 'landing_page', 'page_location'],
  referrer: ['referrer', 'page_referrer', 'referer'],
  title: ['title', 'page_title'],
  ...Object.fromEntries(utmFields.map((name) => [`utm_${name}`, [`utm_${name}`]])),
  interaction_kind: ['interaction_kind', 'kind'],
  interaction_text: ['interaction_text'],
  ...Object.fromEntries(own.map((name) => [name, [name]])),
};

export interface TouchpointsOptions extends TableOptions {
  /** Origin put before urls that are paths alone; null: none was named. */
  readonly site: string | null;
}

export function touchpointsImporter(options: TouchpointsOptions): RowImporter {
  const idOf = createLineIds('touch', options.digest);
  return eventOfEachRow((row, line) => eventOf(row, line, options, idOf));
}

function eventOf(
  row: Row,
  line: number,
  options: TouchpointsOptions,
  idOf: (text: string) => string,
): ImportEvent {
  const { columns } = options;
  const stated = (names: readonly string[], prefix = '') =>
    Object.fromEntries(
      names.flatMap((name) => {
        const text = columns.text(prefix + name, row);
        return text === '' ? [] : [[name, text]];
      }),
    );
  const type = columns.text('type', row) || 'page';
  const page = { ...stated(['url', 'referrer', 'title']), ...siteUrlOf(row, options) };
  const utm = stated(utmFields, 'utm_');
  const interaction = stated(['kind', 'text'], 'interaction_');
  return {
    event_id: columns.text('event_id', row) || idOf(JSON.stringify(row)),
    type,
    occurred_at: timeOf(requiredText(row, options, 'occurred_at'), options, 'occurred_at', line),
    identifiers: identifiersOf(row, options),
    ...stated(own),
    ...(isEmpty(page) ? {} : { page }),
    ...(isEmpty(utm) ? {} : { utm }),
    ...(isEmpty(interaction) ? {} : { interaction }),
    ...(type === 'page' ? { properties: { session_start: true } } : {}),
  };
}

function siteUrlOf(row: Row, options: TouchpointsOptions): { url?: string } {
  const url = options.columns.text('url', row);
  if (!url.startsWith('/')) return {};
  if (options.site !== null) return { url: options.site + url };
  throw new RowProblem(
    'site_missing',
    `url ${JSON.stringify(url)} is a path; name the site by --site https://shop.example`,
  );
}

const isEmpty = (value: object) => Object.keys(value).length === 0;
