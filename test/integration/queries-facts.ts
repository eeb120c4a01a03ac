/** What the oracle says of the shop, as the reckonings of queries-answers.ts read it. */
import { type Cell, evaluate, type OracleSettings, type Row } from '../oracle/index.js';
import type { Shop } from './queries-shop.js';

/** A row of any table; amounts as numbers. */
export type Fact = Readonly<Record<string, string | number | boolean>>;

export interface Facts {
  readonly shop: Shop;
  /** Of one model and of days in the workspace's time zone, both ends included. */
  daily(key: 'post' | 'influencer' | 'campaign' | 'channel', days: Days): readonly Fact[];
  /** With type and programme of the touchpoint. */
  readonly credits: readonly Fact[];
  readonly orders: readonly Fact[];
  readonly events: readonly Fact[];
  readonly touchpoints: readonly Fact[];
  readonly posts: readonly Fact[];
  readonly influencers: readonly Fact[];
  readonly spend: readonly Fact[];
}

export interface Days {
  readonly model?: string;
  readonly from?: string;
  readonly to?: string;
}

export function factsOf(shop: Shop, settings: OracleSettings): Facts {
  const { tables } = evaluate({ events: shop.events, settings });
  const touchpoints = tables.touchpoints_current.map(plain);
  const touched = new Map(touchpoints.map((touch) => [touch['touchpoint_id'], touch]));
  const credits = tables.credits_current.map((row) => {
    const touch = touched.get(String(row['touchpoint_id']));
    return { ...plain(row), type: touch?.['type'] ?? '', program_id: touch?.['program_id'] ?? '' };
  });
  return {
    shop,
    daily: (key, { model, from = '', to = '9' }) =>
      tables[`revenue_by_${key}_daily`]
        .map(plain)
        .filter((row) => model === undefined || row['model'] === model)
        .filter((row) => String(row['day']) >= from && String(row['day']) <= to),
    credits,
    touchpoints,
    orders: tables.orders_current.map(plain),
    events: tables.events_current.map(plain),
    posts: tables.posts.map(plain),
    influencers: tables.influencers.map(plain),
    spend: tables.spend.map(plain),
  };
}

const plain = (row: Row): Fact =>
  Object.fromEntries(
    Object.entries(row).map(([name, cell]): [string, Exclude<Cell, bigint>] => [
      name,
      typeof cell === 'bigint' ? Number(cell) : cell,
    ]),
  );

export const number = (row: Fact, name: string) => Number(row[name]);
export const sum = (rows: readonly Fact[], name: string) =>
  rows.reduce((total, row) => total + number(row, name), 0);

/** Groups by some columns, in the order in which they are first seen. */
export function by<T>(
  rows: readonly Fact[],
  names: readonly string[],
  make: (key: Fact, group: readonly Fact[]) => T,
): T[] {
  const groups = new Map<string, Fact[]>();
  for (const row of rows) {
    const key = JSON.stringify(names.map((name) => row[name]));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((group) =>
    make(Object.fromEntries(names.map((name) => [name, group[0]?.[name] ?? ''])), group),
  );
}

/** From the first (inclusive) to the second date at midnight UTC. */
export const within = (rows: readonly Fact[], column: string, from: string, to: string) =>
  rows.filter(
    (row) => number(row, column) >= Date.parse(from) && number(row, column) < Date.parse(to),
  );

export const monthOf = (ms: number) => `${new Date(ms).toISOString().slice(0, 7)}-01`;

/** Halves to the even neighbour, as ClickHouse rounds floats. */
export function round(value: number, digits = 0): number {
  const scaled = Number((value * 10 ** digits).toFixed(6));
  const floor = Math.floor(scaled);
  const isHalf = scaled - floor === 0.5;
  return (isHalf ? floor + (floor % 2) : Math.round(scaled)) / 10 ** digits;
}

/** 1.96 standard errors of the mean, of at least two. */
export function giveOrTake(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return round((1.96 * Math.sqrt(squares / (values.length - 1))) / Math.sqrt(values.length));
}
