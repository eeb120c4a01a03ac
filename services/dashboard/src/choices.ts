/**
 * What the reader chose: models, period, currency, the opened receipt. All of it stands in the
 * address, so that a page can be kept, sent and gone back to; what the address does not say, or
 * says wrongly, has a standard.
 */
import { type Model, models } from '@rosi/attribution';

export const periods = ['7d', '30d', '90d', '365d', 'all'] as const;
export type Period = (typeof periods)[number];

export const periodWords: Readonly<Record<Period, string>> = {
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  '365d': 'Last 365 days',
  all: 'All time',
};

export interface Choices {
  readonly models: readonly Model[];
  /** Null: the reader did not say. */
  readonly period: Period | null;
  readonly currency: string | null;
  /** The order whose receipt is open. */
  readonly openOrder: string | null;
}

export const standardModels: readonly Model[] = ['first_touch', 'last_touch', 'linear'];

export const modelWords: Readonly<Record<Model, string>> = {
  first_touch: 'First touch',
  last_touch: 'Last touch',
  last_non_direct: 'Last non-direct',
  linear: 'Linear',
  position_based: 'Position-based',
  time_decay: 'Time decay',
};

export const modelMeanings: Readonly<Record<Model, string>> = {
  first_touch: 'all to the first touchpoint',
  last_touch: 'all to the last touchpoint',
  last_non_direct: 'all to the last touchpoint that is not a direct visit',
  linear: 'equal parts to all',
  position_based: '40 % to the first and the last, the rest to those between',
  time_decay: 'more to the later ones: half as much for every 7 days',
};

/** Tables of many columns are drawn closer. */
export const tableClass = (chosen: readonly Model[]): string =>
  chosen.length > 3 ? 'revenue many' : 'revenue';

/** Of the query part of an address. */
export function readChoices(query: URLSearchParams): Choices {
  const named = new Set(query.getAll('model'));
  const chosen = models.filter((model) => named.has(model));
  const period = query.get('period');
  return {
    models: chosen.length === 0 ? standardModels : chosen,
    period: periods.find((each) => each === period) ?? null,
    currency: statedOf(query, 'currency'),
    openOrder: statedOf(query, 'order'),
  };
}

function statedOf(query: URLSearchParams, name: string): string | null {
  const value = query.get(name);
  return value === null || value === '' ? null : value;
}

/** The address of the page with these choices; standards are left out. */
export function addressOf(choices: Choices): string {
  const query = new URLSearchParams();
  if (choices.models.join() !== standardModels.join()) {
    for (const model of choices.models) query.append('model', model);
  }
  if (choices.period !== null) query.set('period', choices.period);
  if (choices.currency !== null) query.set('currency', choices.currency);
  if (choices.openOrder !== null) query.set('order', choices.openOrder);
  const text = query.toString();
  return text === '' ? '/' : `/?${text}`;
}
