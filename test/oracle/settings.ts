/**
 * The settings of attribution (rules 5 and 7): the version with the latest occurred_at, then the
 * larger event_id, replaces the whole and holds for all of history; what it does not state has its
 * default.
 */
import { compareVersions } from './catalogue.js';
import { last, objectOf } from './text.js';
import type { Accepted } from './types.js';

export interface AttributionSettings {
  /** By type of touchpoint; milliseconds. */
  readonly windowMs: Readonly<Record<string, number>>;
  readonly touchpointsMax: number;
  readonly halfLifeMs: number;
  /** Whole percent. */
  readonly first: number;
  readonly last: number;
}

const dayMs = 86_400_000;
const defaultWindowMs: Readonly<Record<string, number>> = {
  click: 30 * dayMs,
  page: 30 * dayMs,
  interaction: 7 * dayMs,
  view: dayMs,
};

const defaultSettings: AttributionSettings = {
  windowMs: defaultWindowMs,
  touchpointsMax: 1_000,
  halfLifeMs: 7 * dayMs,
  first: 40,
  last: 40,
};

const numberOr = (value: unknown, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise;
/** reading: days count to the nearest millisecond. */
const daysOr = (value: unknown, otherwiseMs: number): number =>
  typeof value === 'number' ? Math.round(value * dayMs) : otherwiseMs;

export function settingsOf(events: readonly Accepted[]): AttributionSettings {
  const versions = events.filter((event) => event.type === 'settings').sort(compareVersions);
  const stated = objectOf(last(versions)?.entry);
  const windows = objectOf(stated['windows_days']);
  const position = objectOf(stated['position_based']);
  const { touchpointsMax, halfLifeMs, first, last: lastPercent } = defaultSettings;
  return {
    windowMs: Object.fromEntries(
      Object.entries(defaultWindowMs).map(([type, ms]) => [type, daysOr(windows[type], ms)]),
    ),
    touchpointsMax: numberOr(stated['touchpoints_max'], touchpointsMax),
    halfLifeMs: daysOr(stated['half_life_days'], halfLifeMs),
    first: numberOr(position['first'], first),
    last: numberOr(position['last'], lastPercent),
  };
}
