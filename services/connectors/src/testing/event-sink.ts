/** In place of the collector: takes events, counts copies, and fails when it is told to. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createLogger } from '@rosi/service-kit';
import type { ConnectorEntry } from '../configuration.js';
import { startConnectors } from '../connectors.js';

export type SentEvent = Readonly<Record<string, unknown>> & { readonly event_id: string };

export interface EventSink {
  readonly url: string;
  /** The first copy of each event, in the order of their arrival. */
  readonly events: ReadonlyMap<string, SentEvent>;
  /** All copies. */
  readonly copies: SentEvent[];
  /** Header `x-rosi-source` of each request. */
  readonly sources: string[];
  /** The next requests are answered with this status. */
  fail(statuses: readonly number[]): void;
  close(): Promise<void>;
}

const sinkKey = 'secret-key-of-the-tests';

export async function startSink(): Promise<EventSink> {
  const events = new Map<string, SentEvent>();
  const copies: SentEvent[] = [];
  const sources: string[] = [];
  const failing: number[] = [];
  const server = createServer(async (request, response) => {
    const body: SentEvent[] = JSON.parse(await text(request));
    const status = request.headers.authorization === `Bearer ${sinkKey}` ? failing.shift() : 401;
    if (status !== undefined) {
      response.writeHead(status, { 'retry-after': '0' }).end('{}');
      return;
    }
    sources.push(String(request.headers['x-rosi-source']));
    for (const event of body) {
      copies.push(event);
      if (!events.has(event.event_id)) events.set(event.event_id, event);
    }
    response.writeHead(202).end(JSON.stringify({ accepted: body.length, rejected: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // It is listening.
  return {
    ...{ events, copies, sources },
    url: `http://127.0.0.1:${port}`,
    fail: (statuses) => failing.push(...statuses),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Counts by what was measured; `last` of each. */
export interface Measures {
  count(measure: string): number;
  last(measure: string): number | undefined;
}

/** One connector against a sink, with waits of milliseconds. Faults of ours are thrown by `stop`. */
export function runAgainst(
  sink: EventSink,
  dir: string,
  entry: Omit<ConnectorEntry, 'id'>,
): Measures & { stop(): Promise<void> } {
  const told: [string, number][] = [];
  let fault: Error | null = null;
  const running = startConnectors({
    connectors: [{ id: 'one', ...entry }],
    ...{ dir, url: sink.url, secretKey: sinkKey },
    logger: createLogger({ name: 'test', level: 'silent' }),
    backoff: { baseMs: 10, capMs: 50 },
    observe: (name, value) => told.push([name.replace('one/', ''), value]),
    fault: (error) => {
      fault = error;
    },
  });
  const of = (measure: string) => told.filter(([name]) => name === measure);
  return {
    count: (measure) => of(measure).reduce((sum, [, value]) => sum + value, 0),
    last: (measure) => of(measure).at(-1)?.[1],
    async stop() {
      await running.stop();
      if (fault !== null) throw fault;
    },
  };
}

/** Resolves once `condition` holds; the test's own limit bounds it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
