/**
 * How the connectors are, as their thread tells it: for /metrics and /v1/status. What is told are
 * counts since the start, and whether a provider is being read now.
 */
import type { StageStatus } from '@rosi/collector';
import type { ConnectorEntry } from '@rosi/connectors';
import { createMetrics } from '@rosi/service-kit';

export interface ConnectorBoard {
  /** `name` is `<connector id>/<measure>`; counts add up, `connected` is 1 or 0. */
  observe(name: string, value: number): void;
  stages(): readonly StageStatus[];
  /** Prometheus text. */
  text(): Promise<string>;
}

const connected = 'connected';

/** `now`: milliseconds since 1970. */
export function connectorBoard(
  entries: readonly ConnectorEntry[],
  now: () => number = Date.now,
): ConnectorBoard {
  const metrics = createMetrics({ process: false });
  const counts = metrics.counter({
    name: 'connector_messages_total',
    help: 'What connectors read and met, by connector and outcome.',
    labels: ['connector', 'source', 'outcome', 'reason'],
  });
  const up = metrics.gauge({
    name: 'connector_connected',
    help: "1 while a connector's provider is being read.",
    labels: ['connector', 'source'],
  });
  const read = metrics.gauge({
    name: 'connector_read_timestamp_seconds',
    help: "When a connector's provider last told something, or else ROSI started; since 1970.",
    labels: ['connector', 'source'],
  });
  const told = new Map(entries.map(({ id }) => [id, new Map<string, number>([[connected, 0]])]));
  const sources = new Map(entries.map(({ id, source }) => [id, source]));
  for (const { id, source } of entries) {
    up.set({ connector: id, source }, 0);
    read.set({ connector: id, source }, now() / 1_000);
  }
  return {
    observe(name, value) {
      const [id = '', measure = ''] = name.split('/');
      const measures = told.get(id);
      const source = sources.get(id);
      if (measures === undefined || source === undefined) throw new Error(`no connector ${id}`);
      if (measure === connected) {
        measures.set(connected, value);
        up.set({ connector: id, source }, value);
        // Told with each page that was read, also of one without an event.
        if (value === 1) read.set({ connector: id, source }, now() / 1_000);
        return;
      }
      measures.set(measure, (measures.get(measure) ?? 0) + value);
      const [outcome = '', reason = 'all'] = measure.split('.');
      counts.inc({ connector: id, source, outcome, reason }, value);
    },
    stages: () =>
      entries.map(({ id, source }) => ({
        name: `connector ${id} (${source})`,
        lastOffset: null,
        lag: 0,
        outcomes: Object.fromEntries(told.get(id) ?? []),
      })),
    text: () => metrics.text(),
  };
}
