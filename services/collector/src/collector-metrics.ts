/** The collector's own metrics. Labels are closed lists: nothing a client sends becomes one. */
import { identifierTypes } from '@rosi/events';
import { createMetrics } from '@rosi/service-kit';
import type { InFlightBytes } from './in-flight.js';

const knownTypes: ReadonlySet<string> = new Set(identifierTypes);
const latencyBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/**
 * `counted`; `passed`: a bot's, kept as such; `repeated`: within the hour; `over_limit` and `not_kept`:
 * sent on, not counted; `unknown`: no such link; `later`: can't be told now.
 */
export type ClickOutcome =
  | 'counted'
  | 'passed'
  | 'repeated'
  | 'over_limit'
  | 'not_kept'
  | 'unknown'
  | 'later';
/** Connectors' names are their own, so they share a label; their own metrics tell them apart. */
const labelOf = (source: string) => (source.startsWith('connector:') ? 'connector' : source);

export interface CollectorMetrics {
  readonly contentType: string;
  accepted(source: string, events: number): void;
  rejected(code: string): void;
  identifierDropped(type: string, reason: string): void;
  /** A delivery to a webhook endpoint; `outcome` and `reason` are of closed lists. */
  webhook(source: string, outcome: string, reason: string): void;
  /** A visit of a tracked link; `outcome` is of a closed list. */
  click(outcome: ClickOutcome): void;
  /** Messages in another tracker's language; `outcome` and `reason` are of closed lists. */
  trackerMessages(tracker: string, outcome: string, reason: string, messages: number): void;
  received(bytes: number): void;
  /** `route` is the pattern, never the address. */
  answered(route: string, status: number, seconds: number): void;
  text(): Promise<string>;
}

export function collectorMetrics(inFlight: InFlightBytes): CollectorMetrics {
  const metrics = createMetrics({ process: true });
  const events = metrics.counter({
    name: 'collector_events_total',
    help: 'Events by outcome, and by rejection code or source.',
    labels: ['outcome', 'reason'],
  });
  const identifiers = metrics.counter({
    name: 'collector_identifiers_dropped_total',
    help: 'Identifiers that were not usable, by type and reason; their events stay.',
    labels: ['type', 'reason'],
  });
  const webhooks = metrics.counter({
    name: 'collector_webhooks_total',
    help: 'Deliveries to webhook endpoints by source, outcome and why.',
    labels: ['source', 'outcome', 'reason'],
  });
  const clicks = metrics.counter({
    name: 'collector_clicks_total',
    help: 'Visits of tracked links by outcome.',
    labels: ['outcome'],
  });
  const trackers = metrics.counter({
    name: 'collector_tracker_messages_total',
    help: "Messages in other trackers' languages by tracker, outcome and why.",
    labels: ['tracker', 'outcome', 'reason'],
  });
  const bytes = metrics.counter({
    name: 'collector_body_bytes_total',
    help: 'Bytes of event bodies, decompressed.',
  });
  const latency = metrics.histogram({
    name: 'collector_request_duration_seconds',
    help: 'Time from the request line to the answer.',
    labels: ['route', 'status'],
    buckets: latencyBuckets,
  });
  const waiting = metrics.gauge({
    name: 'collector_in_flight_bytes',
    help: 'Bytes reserved for bodies being read or waiting for the log.',
  });
  return {
    contentType: metrics.contentType,
    accepted: (source, count) =>
      events.inc({ outcome: 'accepted', reason: labelOf(source) }, count),
    rejected: (code) => events.inc({ outcome: 'rejected', reason: code }),
    identifierDropped: (type, reason) =>
      identifiers.inc({ type: knownTypes.has(type) ? type : 'other', reason }),
    webhook: (source, outcome, reason) => webhooks.inc({ source, outcome, reason }),
    click: (outcome) => clicks.inc({ outcome }),
    trackerMessages: (tracker, outcome, reason, messages) =>
      trackers.inc({ tracker, outcome, reason }, messages),
    received: (count) => bytes.inc(count),
    answered: (route, status, seconds) =>
      latency.observe({ route, status: String(status) }, seconds),
    text() {
      waiting.set(inFlight.bytes);
      return metrics.text();
    },
  };
}
