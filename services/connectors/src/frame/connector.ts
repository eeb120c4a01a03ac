/**
 * What a connector of one provider is: the settings that it takes, and pages of events from a cursor
 * on. Streams and paged pulls are the same to the frame: a page is what arrived together. A new
 * connector is one file (or folder) and one line in registry.ts; keeping the cursor, delivering,
 * backing off and telling how it goes are the frame's.
 */
import type { Logger } from '@rosi/service-kit';
import type * as z from 'zod';
import type { Http } from './http.js';
import type { KeyMemory } from './key-memory.js';

/** An event as `POST /v1/events` takes it; its event_id is made of the provider's own ids. */
export type RawEvent = Readonly<Record<string, unknown>>;

/** What arrived together. */
export interface Page {
  readonly events: readonly RawEvent[];
  /** From where to go on once these events are accepted; null: as before. Of the connector's make. */
  readonly cursor: string | null;
  /** What arrived and is none of the workspace's, by why. */
  readonly ignored: Readonly<Record<string, number>>;
}

/** What a connector is given to work with. */
export interface ConnectorIo {
  readonly http: Http;
  /** Keys that outlive a restart: which followers are known, for instance. */
  readonly memory: KeyMemory;
  readonly logger: Logger;
  /** Aborted when the connector is to stop. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's reason when that comes first. */
  wait(ms: number): Promise<void>;
  /** Something that an operator wants counted, under a name of the connector's closed list. */
  count(what: string): void;
}

/** A connector with the settings of one entry of the configuration. */
export interface BoundConnector {
  /**
   * Pages in the provider's order, from the cursor on (null: from now on). The next page is asked
   * for once the one before is accepted and its cursor is on disk. Ends when there is no more for
   * now; throws a ProviderFailure when the provider can't go on.
   */
  pages(cursor: string | null, io: ConnectorIo): AsyncIterable<Page>;
  /** How long to rest after the pages have ended, before asking again. */
  readonly restMs: number;
}

export interface Connector {
  /** As in the configuration, and in `source` of its events: `connector:<source>`. */
  readonly source: string;
  /** Settings and secret as stated; problems name the setting and never repeat the secret. */
  bind(stated: unknown, secret: string | null): BoundConnector | Problems;
}

export interface Problems {
  readonly problems: readonly string[];
}

interface Definition<S extends z.ZodType> {
  readonly source: string;
  readonly settings: S;
  /** What the secret is, for the message when it is missing; null: the connector takes none. */
  readonly secret: string | null;
  bind(settings: z.output<S>, secret: string): BoundConnector;
}

export function defineConnector<S extends z.ZodType>(definition: Definition<S>): Connector {
  const { source, settings } = definition;
  return {
    source,
    bind(stated, secret) {
      const problems: string[] = [];
      if (definition.secret !== null && secret === null) {
        problems.push(`secret: must hold ${definition.secret}`);
      }
      const read = settings.safeParse(stated);
      if (!read.success) {
        const told = read.error.issues.map(
          ({ path, message }) => `${['settings', ...path].map(String).join('.')}: ${message}`,
        );
        return { problems: [...problems, ...told] };
      }
      if (problems.length > 0) return { problems };
      return definition.bind(read.data, secret ?? '');
    },
  };
}
