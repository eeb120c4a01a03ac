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
const DURATION_MS_MAX = 3_653 * DAY_MS;
/** The bound under which the splits are proven exact (split-equally.ts, split-by-decay.ts). */
const TOUCHPOINTS_MAX = 10_000;

export type SettingsReading =
  | { readonly ok: true; readonly settings: AttributionSettings }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads settings as somebody stated them: what is absent has its default, what is wrong or unknown
 * is a problem, and all problems are told together.
 */
export function readSettings(stated: unknown): SettingsReading {
  const problems: string[] = [];
  const top = fieldsOf(stated, 'settings', Object.keys(defaultSettings), problems);
  const windows = fieldsOf(top['windowsMs'], 'windowsMs', touchTypes, problems);
  const position = fieldsOf(top['positionBased'], 'positionBased', ['first', 'last'], problems);
  const whole = (value: unknown, name: string, initial: number, range: Range): number =>
    wholeNumber(value, name, initial, range, problems);
  const windowMs = (type: TouchType): number =>
    whole(windows[type], `windowsMs.${type}`, defaultSettings.windowsMs[type], durationRange);
  const { positionBased, halfLifeMs, touchpointsMax } = defaultSettings;
  const settings: AttributionSettings = {
    windowsMs: {
      click: windowMs('click'),
      page: windowMs('page'),
      interaction: windowMs('interaction'),
      view: windowMs('view'),
      coupon: windowMs('coupon'),
    },
    touchpointsMax: whole(top['touchpointsMax'], 'touchpointsMax', touchpointsMax, touchesRange),
    halfLifeMs: whole(top['halfLifeMs'], 'halfLifeMs', halfLifeMs, durationRange),
    positionBased: {
      first: whole(position['first'], 'positionBased.first', positionBased.first, percentRange),
      last: whole(position['last'], 'positionBased.last', positionBased.last, percentRange),
    },
  };
  if (settings.positionBased.first + settings.positionBased.last > 100) {
    problems.push('positionBased.first and positionBased.last together must be at most 100');
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, settings };
}

interface Range {
  readonly min: number;
  readonly max: number;
}
const durationRange: Range = { min: 1, max: DURATION_MS_MAX };
const touchesRange: Range = { min: 1, max: TOUCHPOINTS_MAX };
const percentRange: Range = { min: 0, max: 100 };

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
