/**
 * The settings of attribution, their defaults (contract 3.5 and 3.7) and their check. Guarantees
 * that settings that were read are complete and within the limits on which the exactness of the
 * arithmetic rests.
 */

/** Types of touchpoints; each has its window. */
export const touchTypes = ['click', 'page', 'interaction', 'view', 'coupon'] as const;
export type TouchType = (typeof touchTypes)[number];

export interface AttributionSettings {
  /**
   * A touchpoint is eligible less than this long before the order. A coupon touchpoint stands at
   * its order's own time, so that its window never decides anything.
   */
  readonly windowsMs: Readonly<Record<TouchType, number>>;
  /** The newest so many eligible touchpoints of an order count. */
  readonly touchpointsMax: number;
  /** time_decay: a touchpoint this much older has half the weight. */
  readonly halfLifeMs: number;
  /** position_based: whole percent for the first and the last; the middle shares the rest. */
  readonly positionBased: { readonly first: number; readonly last: number };
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const defaultSettings: AttributionSettings = {
  windowsMs: {
    click: 30 * DAY_MS,
    page: 30 * DAY_MS,
    interaction: 7 * DAY_MS,
    view: DAY_MS,
    coupon: DAY_MS,
  },
  touchpointsMax: 1_000,
  halfLifeMs: 7 * DAY_MS,
  positionBased: { first: 40, last: 40 },
};

/** Ten years; also keeps every age far below 2^53. */
const DAYS_MAX = 3_653;
/** The bound under which the splits are proven exact (split-equally.ts, split-by-decay.ts). */
const TOUCHPOINTS_MAX = 10_000;

/** Settings as people state them; a time is in days, to the millisecond. */
export interface StatedSettings {
  readonly windows_days: Readonly<Record<WindowedType, number>>;
  readonly touchpoints_max: number;
  readonly half_life_days: number;
  readonly position_based: { readonly first: number; readonly last: number };
}

/** A coupon touchpoint has no window to state: it stands at its order's own time. */
const windowedTypes = ['click', 'page', 'interaction', 'view'] as const;
type WindowedType = (typeof windowedTypes)[number];

/** The inverse of {@link readSettings}: all of them, as somebody could have stated them. */
export function stateSettings(settings: AttributionSettings): StatedSettings {
  const days = (type: WindowedType) => settings.windowsMs[type] / DAY_MS;
  return {
    windows_days: {
      click: days('click'),
      page: days('page'),
      interaction: days('interaction'),
      view: days('view'),
    },
    touchpoints_max: settings.touchpointsMax,
    half_life_days: settings.halfLifeMs / DAY_MS,
    position_based: settings.positionBased,
  };
}

export type SettingsReading =
  | { readonly ok: true; readonly settings: AttributionSettings }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads settings as somebody stated them: what is absent has its default, what is wrong or unknown
 * is a problem, and all problems are told together.
 */
export function readSettings(stated: unknown): SettingsReading {
  const problems: string[] = [];
  const initial = stateSettings(defaultSettings);
  const top = fieldsOf(stated, 'settings', Object.keys(initial), problems);
  const windows = fieldsOf(top['windows_days'], 'windows_days', windowedTypes, problems);
  const position = fieldsOf(top['position_based'], 'position_based', ['first', 'last'], problems);
  const whole = (value: unknown, name: string, standard: number, range: Range): number =>
    wholeNumber(value, name, standard, range, problems);
  const windowMs = (type: WindowedType): number =>
    duration(windows[type], `windows_days.${type}`, initial.windows_days[type], problems);
  const { touchpoints_max: touchpointsMax, position_based: parts } = initial;
  const settings: AttributionSettings = {
    windowsMs: {
      click: windowMs('click'),
      page: windowMs('page'),
      interaction: windowMs('interaction'),
      view: windowMs('view'),
      coupon: defaultSettings.windowsMs.coupon,
    },
    touchpointsMax: whole(top['touchpoints_max'], 'touchpoints_max', touchpointsMax, touchesRange),
    halfLifeMs: duration(top['half_life_days'], 'half_life_days', initial.half_life_days, problems),
    positionBased: {
      first: whole(position['first'], 'position_based.first', parts.first, percentRange),
      last: whole(position['last'], 'position_based.last', parts.last, percentRange),
    },
  };
  if (settings.positionBased.first + settings.positionBased.last > 100) {
    problems.push('position_based.first and position_based.last together must be at most 100');
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, settings };
}

interface Range {
  readonly min: number;
  readonly max: number;
}
const touchesRange: Range = { min: 1, max: TOUCHPOINTS_MAX };
const percentRange: Range = { min: 0, max: 100 };

/** Days to milliseconds. */
function duration(value: unknown, name: string, initial: number, problems: string[]): number {
  const days = value ?? initial;
  const ms = typeof days === 'number' ? Math.round(days * DAY_MS) : Number.NaN;
  if (ms >= 1 && ms <= DAYS_MAX * DAY_MS) return ms;
  problems.push(`${name} must be a number of days above 0, at most ${DAYS_MAX}`);
  return initial * DAY_MS;
}

function wholeNumber(
  value: unknown,
  name: string,
  initial: number,
  { min, max }: Range,
  problems: string[],
): number {
  if (value === undefined) return initial;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  problems.push(`${name} must be a whole number from ${min} to ${max}`);
  return initial;
}

function fieldsOf(
  stated: unknown,
  name: string,
  known: readonly string[],
  problems: string[],
): Readonly<Record<string, unknown>> {
  if (stated === undefined) return {};
  if (typeof stated !== 'object' || stated === null || Array.isArray(stated)) {
    problems.push(`${name} must be an object`);
    return {};
  }
  const unknown = Object.keys(stated).filter((field) => !known.includes(field));
  for (const field of unknown) problems.push(`${name} has no field "${field}"`);
  return Object.fromEntries(Object.entries(stated));
}
