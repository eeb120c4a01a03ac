/** An access log's lines as page events, one visitor per address and user agent. */
import { createLineIds } from './event-id.js';
import type { LineImporter } from './importer.js';
import { type Digest, type ImportItem, rejected, skipped } from './item.js';
import { type LogLine, readLogLine } from './log-line.js';
import { pathOf, skipReasonOf } from './page-view.js';
import { createVisits } from './visits.js';

export interface AccessLogOptions {
  /** Origin of the site, `https://shop.example`. */
  readonly site: string;
  readonly digest: Digest;
  isBot(agent: string): boolean;
}

const visitorCharacters = 24;

/** Lines must come in the order of the file: visits depend on it. */
export function accessLogImporter(options: AccessLogOptions): LineImporter {
  const idOf = createLineIds('log', options.digest);
  const beginsVisit = createVisits();
  return {
    line(text, number): ImportItem {
      const line = readLogLine(text);
      if (line === null) {
        return rejected(
          number,
          'not_combined_format',
          "the line is not in Apache's combined format",
        );
      }
      const reason = skipReasonOf(line, options.isBot);
      if (reason !== null) return skipped(number, reason);
      const visitor = visitorOf(line, options.digest);
      const sessionStart = beginsVisit(visitor, line.occurredAt);
      const event = eventOf(line, options.site, visitor, idOf(text), sessionStart);
      return { kind: 'event', line: number, event };
    },
  };
}

/** Two people behind one address with the same browser are one visitor: a log can't tell more. */
function visitorOf(line: LogLine, digest: Digest): string {
  const text = JSON.stringify(['rosi import visitor', line.address, line.agent]);
  return `log-${digest(text).slice(0, visitorCharacters)}`;
}

function eventOf(
  line: LogLine,
  site: string,
  visitor: string,
  eventId: string,
  sessionStart: boolean,
) {
  const page = { url: `${site}${pathOf(line.target) ?? '/'}` };
  return {
    event_id: eventId,
    type: 'page',
    occurred_at: new Date(line.occurredAt).toISOString(),
    identifiers: { anonymous_id: visitor },
    page: line.referrer === '' ? page : { ...page, referrer: line.referrer },
    ...(line.agent === '' ? {} : { user_agent: line.agent }),
    ...(sessionStart ? { properties: { session_start: true } } : {}),
  };
}
