/**
 * One simulation: a generated set of events, in some order and with repeats, through the stitcher's
 * topology on the simulator, against the oracle. The seed decides all of it.
 */
import { defaultSettings } from '@rosi/attribution';
import {
  type CollectedEvent,
  eventName,
  eventsCollected,
  type LedgerOrder,
  ledgerCatalogue,
  ledgerIdentities,
  ledgerOrders,
  ledgerSuppressions,
  ledgerTouchpoints,
  type Topic,
} from '@rosi/events';
import { suppressionHash } from '@rosi/service-kit';
import { defaultPages, type Pages, stitcherTopology } from '@rosi/stitcher';
import { createSimulator, type Simulator } from '@rosi/streams';
import {
  cutBatches,
  generate,
  injectDuplicates,
  Random,
  shuffle,
  weightsOfCommands,
} from '../generator/index.js';
import {
  compareTables,
  evaluate,
  type OracleEvent,
  type OracleInput,
  type OracleSettings,
} from '../oracle/index.js';
import { ledgerTables, type Output } from '../property/ledger-tables.js';
import { unbalancedCells } from '../property/run-topology.js';
import { recordsOf } from './feed.js';
import { LedgerReader } from './ledger-reader.js';
import { Renamings } from './renamings.js';
import { namedTwice, shownOtherwise } from './shown-events.js';
import { Situations } from './situations.js';

export const partitionCounts = [1, 2, 5, 12] as const;
const EVENTS_MIN = 200;
const EVENTS_MAX = 240;
/** A hundred times what the longest simulation takes. */
const STEPS_MAX = 1_000_000;
const hash = suppressionHash('simulation');

export interface SeedOptions {
  readonly seed: number;
  /** Drawn unless given. */
  readonly partitions?: number | undefined;
}

export interface SeedResult {
  readonly seed: number;
  readonly partitions: number;
  readonly model: string;
  readonly events: number;
  /** What differs from the oracle, or breaks a law; empty when all is well. */
  readonly problems: readonly string[];
  /** How often what came up. */
  readonly seen: Readonly<Record<string, number>>;
}

/** What is simulated, in the order in which it arrives. */
export interface Arrival {
  readonly events: readonly OracleEvent[];
  readonly settings: OracleSettings;
}

export function arrivalOf(seed: number): Arrival {
  const { events, settings } = generate({
    seed,
    eventsMin: EVENTS_MIN,
    eventsMax: EVENTS_MAX,
    weights: weightsOfCommands,
  });
  return { events: shuffle(injectDuplicates(events, seed), seed), settings };
}

export function runSeed(options: SeedOptions): SeedResult {
  return simulate(arrivalOf(options.seed), options);
}

export function simulate(arrival: Arrival, options: SeedOptions): SeedResult {
  const { seed } = options;
  const partitions =
    options.partitions ?? (partitionCounts[seed % partitionCounts.length] as number);
  const situations = new Situations();
  const ledger = new LedgerReader();
  const renamings = new Renamings((eventId) => eventName(hash, 'default', eventId));
  const random = new Random(seed ^ 0x5eed);
  const topology = stitcherTopology({
    attribution: defaultSettings,
    hash,
    pages: random.chance(0.5) ? smallPages(random) : defaultPages,
  });
  const simulator = createSimulator(topology, {
    partitions,
    random,
    now: Date.UTC(2026, 5, 1),
    onCommitted(batch) {
      ledger.observe(batch);
      renamings.observe(batch);
      situations.observe(batch);
    },
  });
  const problems = caught(() => [
    ...differences(run(simulator, arrival, random, seed, renamings), ledger.output, {
      sent: renamings.sent,
      input: { ...arrival, renamings: renamings.list },
    }),
    ...renamings.problems(),
    ...situations.miscounted,
    ...brokenLaws(ledger),
    ...namedTwice(renamings.sent, shownBy(ledger), hash),
  ]);
  return {
    seed,
    partitions,
    model: simulator.model,
    events: arrival.events.length,
    problems,
    seen: Object.fromEntries([...situations.counts, ...simulator.happenings]),
  };
}

/** So small that work which takes several batches comes up all the time. */
function smallPages(random: Random): Pages {
  const few = () => random.pick([2, 3, 5, 20]);
  return {
    itemsMax: few(),
    couponOrdersMax: few(),
    ordersMax: few(),
    movedTouchesMin: few(),
    entriesMax: random.pick([5, 20, 100]),
    journeyEntriesMax: random.pick([5, 20, 100]),
  };
}

/** What a processor throws is a problem as well. */
function caught(check: () => string[]): string[] {
  try {
    return check();
  } catch (error) {
    return [`threw ${(error as Error).stack ?? error}`];
  }
}

/** Batches arrive while earlier ones are still under way. Returns whether each was accepted. */
function run(
  simulator: Simulator,
  arrival: Arrival,
  random: Random,
  seed: number,
  renamings: Renamings,
): boolean[] {
  const accepted: boolean[] = [];
  for (const batch of cutBatches(arrival.events, seed)) {
    const values = batch.flatMap((event) => {
      const records = recordsOf(event, arrival.settings, accepted.length);
      accepted.push(records.length > 0);
      for (const record of records) renamings.know(record);
      return records.map((value) => ({ value, timestamp: event.receivedAt }));
    });
    simulator.pipe(eventsCollected, values);
    for (let steps = random.integer(0, 60); steps > 0 && simulator.step(); steps -= 1);
  }
  for (let steps = 0; simulator.step(); steps += 1) {
    if (steps > STEPS_MAX) throw new Error(`${STEPS_MAX} steps have not come to an end`);
  }
  return accepted;
}

interface Evaluated {
  readonly sent: readonly CollectedEvent[];
  readonly input: OracleInput;
}

function differences(
  accepted: readonly boolean[],
  output: Output,
  { sent, input }: Evaluated,
): string[] {
  const { decisions, tables, shown } = evaluate(input);
  const wrong = decisions.flatMap(({ index, reason, accepted: isRight }) =>
    accepted[index] === isRight ? [] : [`event ${index}: accepted is not ${isRight} ${reason}`],
  );
  const found = compareTables(ledgerTables(output), tables).map(
    (one) => `${one.table} ${one.key} ${one.column}: ${one.expected} but is ${one.actual}`,
  );
  const again = shownOtherwise(sent, shown, output(ledgerSuppressions), hash);
  return [...wrong, ...found, ...again];
}

/** What an empty database would be filled with. */
function shownBy({ output }: LedgerReader) {
  return { suppressions: output(ledgerSuppressions), touchpoints: output(ledgerTouchpoints) };
}

/** Laws that hold for every record ever written, whatever came after it. */
function brokenLaws({ all, output }: LedgerReader): string[] {
  return [
    ...all(ledgerOrders).flatMap(unbalanced),
    ...unbalancedCells(output(ledgerOrders)).map((cell) => `differences do not add up: ${cell}`),
    ...skipped(all(ledgerOrders), ledgerOrders),
    ...skipped(all(ledgerIdentities), ledgerIdentities),
    ...skipped(all(ledgerTouchpoints), ledgerTouchpoints),
    ...skipped(all(ledgerCatalogue), ledgerCatalogue),
  ];
}

/** Each model's credits of a record sum to its net, in every record. */
function unbalanced({ orderId, revision, net, credits }: LedgerOrder): string[] {
  const sums = new Map<string, number>();
  for (const { model, credit } of credits) sums.set(model, (sums.get(model) ?? 0) + credit);
  const isSum = [...sums.values()].every((sum) => sum === net) && sums.size === (net > 0 ? 6 : 0);
  return isSum ? [] : [`order ${orderId} revision ${revision}: credits do not sum to ${net}`];
}

/** Revisions of a key grow by one; what is recorded again by a replay may have the same one. */
function skipped<T extends { readonly revision: number; readonly generation: number }>(
  records: readonly T[],
  topic: Topic<T>,
): string[] {
  const newest = new Map<string, number>();
  return records.flatMap((record) => {
    const key = topic.keyOf(record);
    const before = newest.get(key) ?? 0;
    newest.set(key, record.revision);
    if (record.revision === before + 1) return [];
    if (record.generation > 0 && record.revision === before) return [];
    return [`${topic.name} ${key}: revision ${record.revision} after ${before}`];
  });
}
