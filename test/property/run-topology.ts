/** Raw events through normalisation and the stitcher's topology in the test driver. */
import { defaultSettings } from '@rosi/attribution';
import { type CollectedEvent, eventsCollected, type LedgerOrder, ledgerOrders } from '@rosi/events';
import { suppressionHash } from '@rosi/service-kit';
import { stitcherTopology } from '@rosi/stitcher';
import { createTestDriver, type TestDriver, type Topology } from '@rosi/streams';
import { cutBatches, Random } from '../generator/index.js';
import type { ActualTables, OracleEvent, OracleSettings } from '../oracle/index.js';
import { collectOne } from './collecting.js';
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

/** A topology that is fed in parts, between which it may be looked at. */
export interface Feeding {
  /** Events in the order given, arriving batch by batch while earlier ones are still under way. */
  feed(events: readonly OracleEvent[]): void;
  /** Goes on until nothing is left to do. */
  finish(): void;
  readonly driver: TestDriver;
  /** What the collector would have written so far, repeats included. */
  readonly collected: readonly CollectedEvent[];
  readonly accepted: readonly boolean[];
}

export function startTopology(settings: OracleSettings, { partitions, seed }: RunOptions): Feeding {
  const random = new Random(seed);
  const driver = createTestDriver(testedTopology(), { partitions });
  const choices = {
    topic: (count: number) => random.integer(0, count - 1),
    cut: (count: number) => random.integer(1, count),
  };
  const step = () => driver.step((count) => random.integer(0, count - 1), choices);
  const accepted: boolean[] = [];
  const collected: CollectedEvent[] = [];
  return {
    feed(events) {
      for (const batch of cutBatches(events, seed)) {
        const values = collect(batch, settings, accepted);
        collected.push(...values.map(({ value }) => value));
        driver.pipe(eventsCollected, values);
        for (let steps = random.integer(0, 30); steps > 0 && step(); steps -= 1);
      }
    },
    finish() {
      while (step());
    },
    driver,
    collected,
    accepted,
  };
}

/** All events at once, to the end. */
export function runTopology(
  events: readonly OracleEvent[],
  settings: OracleSettings,
  options: RunOptions,
): Run {
  const { feed, finish, driver, accepted } = startTopology(settings, options);
  feed(events);
  finish();
  const unbalanced = unbalancedCells(driver.output(ledgerOrders));
  return { tables: ledgerTables(driver.output), accepted, unbalanced, driver };
}

/** The stitcher as tests run it. */
export function testedTopology(): Topology {
  return stitcherTopology({ attribution: defaultSettings, hash: suppressionHash('test') });
}

/** What the collector makes of events; `accepted` gets its decision about each. */
export function collect(
  events: readonly OracleEvent[],
  settings: OracleSettings,
  accepted: boolean[],
): { readonly value: CollectedEvent; readonly timestamp: number }[] {
  return events.flatMap((event) => {
    const value = collectOne(event, settings, accepted.length);
    accepted.push(value !== null);
    return value === null ? [] : [{ value, timestamp: event.receivedAt }];
  });
}

/** Cells whose summed differences are not what the newest records say. */
export function unbalancedCells(records: readonly LedgerOrder[]): string[] {
  const summed = summedDeltas(records);
  const present = presentCredits(records);
  const cells = new Set([...summed.keys(), ...present.keys()]);
  return [...cells].filter((cell) => {
    const [credit, share] = summed.get(cell) ?? [0, 0];
    const [wantedCredit, wantedShare] = present.get(cell) ?? [0, 0];
    return credit !== wantedCredit || share !== wantedShare;
  });
}
