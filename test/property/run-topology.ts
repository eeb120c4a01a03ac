/** Raw events through normalisation and the stitcher's topology in the test driver. */
import { createHmac } from 'node:crypto';
import { defaultSettings } from '@rosi/attribution';
import { eventsCollected, ledgerOrders, normalise } from '@rosi/events';
import { suppressionHash } from '@rosi/service-kit';
import { stitcherTopology } from '@rosi/stitcher';
import { createTestDriver, type TestDriver } from '@rosi/streams';
import { cutBatches, Random } from '../generator/index.js';
import type { ActualTables, OracleEvent, OracleSettings } from '../oracle/index.js';
import { ledgerTables, presentCredits, summedDeltas } from './ledger-tables.js';

export interface Run {
  readonly tables: ActualTables;
  /** By index of the events, whether each was accepted. */
  readonly accepted: readonly boolean[];
  /** Ledger cells whose summed differences are not what the newest records say. */
  readonly unbalanced: readonly string[];
  readonly driver: TestDriver;
}

export interface RunOptions {
  readonly partitions: number;
  /** Decides batches and which task goes on. */
  readonly seed: number;
}

/** Events in the order given, arriving batch by batch while earlier ones are still under way. */
export function runTopology(
  events: readonly OracleEvent[],
  settings: OracleSettings,
  { partitions, seed }: RunOptions,
): Run {
  const random = new Random(seed);
  const driver = createTestDriver(
    stitcherTopology({ attribution: defaultSettings, hash: suppressionHash('test') }),
    { partitions },
  );
  const choices = {
    topic: (count: number) => random.integer(0, count - 1),
    cut: (count: number) => random.integer(1, count),
  };
  const step = () => driver.step((count) => random.integer(0, count - 1), choices);
  const accepted: boolean[] = [];
  for (const batch of cutBatches(events, seed)) {
    const values = batch.flatMap((event) => {
      const result = normalise(event.body, contextOf(event, settings, accepted.length));
      accepted.push(result.ok);
      return result.ok ? [{ value: result.event, timestamp: event.receivedAt }] : [];
    });
    driver.pipe(eventsCollected, values);
    for (let steps = random.integer(0, 30); steps > 0 && step(); steps -= 1);
  }
  while (step());
  return { tables: ledgerTables(driver.output), accepted, unbalanced: unbalanced(driver), driver };
}

function contextOf(event: OracleEvent, settings: OracleSettings, index: number) {
  return {
    workspace: 'default',
    receivedAt: event.receivedAt,
    source: event.keyKind === 'write' ? 'pixel' : 'server',
    keyKind: event.keyKind,
    ownDomains: settings.ownDomains,
    requestUserAgent: event.userAgent ?? '',
    secGpc: event.secGpc ?? false,
    prefetch: false,
    hash: (text: string) => createHmac('sha256', settings.hashKey).update(text).digest('hex'),
    makeEventId: () => `made:${index}`,
  };
}

function unbalanced(driver: TestDriver): string[] {
  const records = driver.output(ledgerOrders);
  const summed = summedDeltas(records);
  const present = presentCredits(records);
  const cells = new Set([...summed.keys(), ...present.keys()]);
  return [...cells].filter((cell) => {
    const [credit, share] = summed.get(cell) ?? [0, 0];
    const [wantedCredit, wantedShare] = present.get(cell) ?? [0, 0];
    return credit !== wantedCredit || share !== wantedShare;
  });
}
