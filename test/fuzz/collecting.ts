/**
 * A collector on a real socket whose log keeps what it gets and holds every record against its own
 * codec; and what of the log the stitcher makes.
 */
import { isDeepStrictEqual } from 'node:util';
import { defaultSettings } from '@rosi/attribution';
import { type Collector, type CollectorOptions, startCollector } from '@rosi/collector';
import { type CollectedEvent, eventsCollected, ledgerOrders, type Topic } from '@rosi/events';
import { suppressionHash } from '@rosi/service-kit';
import { stitcherTopology } from '@rosi/stitcher';
import { createTestDriver, type TopicWriter } from '@rosi/streams';
import { orderRow } from '@rosi/warehouse';
import { optionsFor } from '../../services/collector/src/testing/fixture.js';

export class CheckingLog implements TopicWriter {
  readonly events: CollectedEvent[] = [];
  readonly problems: string[] = [];

  async append<T>(
    topic: Topic<T>,
    records: readonly { readonly value: T; readonly timestamp: number }[],
  ): Promise<void> {
    for (const { value } of records) {
      const read: unknown = topic.codec.decode(topic.codec.encode(value));
      // Through JSON: the codec's records are instances of its own classes.
      if (!isDeepStrictEqual(plain(read), plain(value))) {
        this.problems.push(`not read as it was written: ${JSON.stringify(value).slice(0, 2_000)}`);
      }
      const event = read as CollectedEvent; // The collector writes events.collected only.
      if (!jsonFieldsOf(event).every(isJson)) {
        this.problems.push(`a field is no JSON: ${JSON.stringify(value).slice(0, 2_000)}`);
      }
      this.events.push(event);
    }
  }

  /** What has come since it was last asked. */
  take(): CollectedEvent[] {
    return this.events.splice(0);
  }
}

const jsonFieldsOf = (event: CollectedEvent): readonly string[] => [
  event.properties,
  event.order?.items ?? '[]',
  event.catalogue?.entry ?? '{}',
];

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const unlimited = { eventsPerSecond: 1e9, burst: 1e9 };

export function startCollecting(
  log: CheckingLog,
  limits: CollectorOptions['limits'] = {},
): Promise<Collector> {
  const rates = { secretKeyRate: unlimited, writeKeyRate: unlimited };
  return startCollector(optionsFor(log, { limits: { ...rates, ...limits } }));
}

/** Throws when a processor does, or an order's credits are not its net. */
export function stitch(events: readonly CollectedEvent[]): void {
  const driver = createTestDriver(
    stitcherTopology({ attribution: defaultSettings, hash: suppressionHash('test') }),
    { partitions: 2 },
  );
  driver.pipe(
    eventsCollected,
    events.map((value) => ({ value, timestamp: value.receivedAt })),
  );
  driver.drain();
  for (const order of driver.output(ledgerOrders)) {
    orderRow(order, { partition: 0, offset: 0 });
    const sums = new Map<string, number>();
    for (const { model, credit } of order.credits) {
      sums.set(model, (sums.get(model) ?? 0) + credit);
    }
    for (const [model, sum] of sums) {
      if (sum !== order.net) throw new Error(`${model} gives ${sum} of ${order.net}`);
    }
    if (order.net > 0 && sums.size === 0) throw new Error(`no credit of ${order.net}`);
  }
}
