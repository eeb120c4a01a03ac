/** Days as texts, `2026-03-01`, in a time zone. */
import type { Period } from './choices.js';

const dayMs = 86_400_000;

export function dayOf(ms: number, timezone: string): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(ms);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
}

export const daysBefore = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) - days * dayMs).toISOString().slice(0, 10);

const lengths: Readonly<Record<Exclude<Period, 'all'>, number>> = {
  '7d': 7,
  '30d': 30,
  '90d': 90,
  '365d': 365,
};

export interface DayRange {
  readonly from: string;
  readonly to: string;
}

/** ClickHouse's range of days: all time has no bounds of its own. */
const allTime: DayRange = { from: '1900-01-01', to: '2299-12-31' };

/** Today is the last day. An order may lie up to a day ahead, as events may. */
export function rangeOf(period: Period, today: string): DayRange {
  if (period === 'all') return allTime;
  return { from: daysBefore(today, lengths[period] - 1), to: daysBefore(today, -1) };
}

/** The last 30 days when something was sold in them, else everything. */
export function standardPeriod(today: string, latestDay: string | null): Period {
  return latestDay !== null && latestDay >= rangeOf('30d', today).from ? '30d' : 'all';
}

/** `1 Mar 2026, 10:00:00` in the time zone, from what ClickHouse writes in UTC. */
export function momentText(text: string, timezone: string): string {
  const ms = Date.parse(text.includes('T') ? text : `${text.replace(' ', 'T')}Z`);
  if (Number.isNaN(ms)) return text;
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(ms);
}

/** `1 Mar 2026` of `2026-03-01`. */
export const dayText = (day: string): string =>
  new Intl.DateTimeFormat('en-GB', {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  }).format(Date.parse(`${day}T00:00:00Z`));
