/**
 * Seeded sets of events, realistic and nasty. One seed and the same options make the same set.
 *
 * Guarantee: every event is one whose meaning the contract (or a reading in the oracle's README)
 * fixes; copies of one event_id are identical.
 */
import type { OracleInput } from '../oracle/index.js';
import { type SituationName, situationNames, situations } from './situations.js';
import { type GeneratedEvent, World } from './world.js';

export interface GeneratorOptions {
  readonly seed: number;
  /** The set stops growing at a number between these; the last situation may go past it. */
  readonly eventsMin?: number;
  readonly eventsMax?: number;
  /** Instead of the usual weight; 0 leaves a situation out. */
  readonly weights?: Readonly<Partial<Record<SituationName, number>>>;
  /** True: only the situations named in `weights` happen. */
  readonly onlyWeighted?: boolean;
  readonly timezone?: string;
  /** First day of the 45 on which things happen, `YYYY-MM-DD`; else one near a clock change. */
  readonly startDay?: string;
}

/**
 * Weights for a collector that takes the time of receipt itself: without the situations whose
 * outcome depends on `receivedAt`. Give `startDay` a date well in the past as well.
 */
export const weightsOverHttp = { without_occurred_at: 0, clock_ahead: 0 } as const;

/** What an operator may do; no producer can, so that it happens only when asked for. */
export const weightsOfCommands = {
  settings_change: 1,
  settings_at_one_instant: 0.2,
  touches_on_stated_window_tried: 0.5,
  upkeep: 0.5,
  erase_person: 1,
  erase_shared: 0.3,
  erase_parted: 0.15,
  erase_device_again: 0.15,
  erase_order_alone: 0.5,
  erase_order_again_tried: 0.3,
} as const;

export interface GeneratedSet extends OracleInput {
  readonly seed: number;
  readonly events: readonly GeneratedEvent[];
  /** How often each situation came up; names ending in `_tried` count attempts. */
  readonly situations: Readonly<Record<string, number>>;
}

function weightsOf(options: GeneratorOptions): Map<SituationName, number> {
  return new Map(
    situationNames.map((name) => {
      const usual = options.onlyWeighted ? 0 : situations[name].weight;
      return [name, options.weights?.[name] ?? usual];
    }),
  );
}

export function generate(options: GeneratorOptions): GeneratedSet {
  const { seed, eventsMin = 20, eventsMax = 400 } = options;
  const world = new World(seed, options.startDay);
  const weights = weightsOf(options);
  // Small sets more often than large ones: they are quicker, and easier to understand.
  const size = eventsMin + Math.floor((eventsMax - eventsMin) * world.random.fraction() ** 2);
  for (let attempts = 0; world.events.length < size && attempts < 100 * size; attempts++) {
    const name = world.random.weighted(weights);
    situations[name].happen(world);
    world.count(name);
  }
  const timezone = options.timezone ?? world.settings.timezone;
  return {
    seed,
    events: world.random.shuffled(world.events),
    settings: { ...world.settings, timezone },
    situations: Object.fromEntries(world.counts),
  };
}
