/**
 * Which touchpoints count for an order, and how each model splits its net (rules 5 to 8).
 */
import { halfLifeWeight } from './half-life.js';
import type { Order } from './orders.js';
import type { AttributionSettings } from './settings.js';
import { compareIds } from './text.js';
import type { Touchpoint } from './touchpoints.js';

export const models = [
  'first_touch',
  'last_touch',
  'last_non_direct',
  'linear',
  'position_based',
  'time_decay',
] as const;
export type Model = (typeof models)[number];

function compareTouchpoints(a: Touchpoint, b: Touchpoint): number {
  return a.occurredAt - b.occurredAt || compareIds(a.touchpointId, b.touchpointId);
}

function isEligible(
  touch: Touchpoint,
  order: Order,
  person: string,
  { windowMs }: AttributionSettings,
): boolean {
  if (touch.onlyOrderId !== '') return touch.onlyOrderId === order.orderId;
  if (person === '' || touch.person !== person) return false;
  const window = windowMs[touch.type] ?? 0;
  return order.occurredAt - window < touch.occurredAt && touch.occurredAt <= order.occurredAt;
}

/** In the order of time; of more than the limit the newest. */
export function eligibleTouchpoints(
  touchpoints: readonly Touchpoint[],
  order: Order,
  person: string,
  settings: AttributionSettings,
): Touchpoint[] {
  return touchpoints
    .filter((touch) => isEligible(touch, order, person, settings))
    .sort(compareTouchpoints)
    .slice(-settings.touchpointsMax);
}

export interface Share {
  readonly touch: Touchpoint;
  /** weight / weights is the exact share. */
  readonly weight: bigint;
  readonly weights: bigint;
  readonly credit: bigint;
}

/** Weights in the order of the touchpoints. Any common factor will do. */
function weightsOf(
  model: Model,
  touches: readonly Touchpoint[],
  order: Order,
  settings: AttributionSettings,
): bigint[] {
  const n = touches.length;
  switch (model) {
    case 'first_touch':
      return touches.map((_, i) => (i === 0 ? 1n : 0n));
    case 'last_touch':
    case 'last_non_direct':
      return touches.map((_, i) => (i === n - 1 ? 1n : 0n));
    case 'linear':
      return touches.map(() => 1n);
    case 'position_based': {
      if (n <= 2) return touches.map(() => 1n);
      // First / the rest shared by n − 2 / last, all multiplied by n − 2.
      const { first, last } = settings;
      const middle = BigInt(100 - first - last);
      const edge = (percent: number) => BigInt(percent) * BigInt(n - 2);
      return touches.map((_, i) => (i === 0 ? edge(first) : i === n - 1 ? edge(last) : middle));
    }
    case 'time_decay':
      return touches.map((touch) =>
        halfLifeWeight(order.occurredAt - touch.occurredAt, settings.halfLifeMs),
      );
  }
}

/** Floor each share, then one unit each to the largest fractions, ties to the earlier. */
function splitExactly(net: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((total, weight) => total + weight, 0n);
  const floors = weights.map((weight) => (net * weight) / sum);
  let left = net - floors.reduce((total, part) => total + part, 0n);
  const byFraction = weights
    .map((weight, index) => ({ index, fraction: (net * weight) % sum }))
    .sort((a, b) =>
      a.fraction > b.fraction ? -1 : a.fraction < b.fraction ? 1 : a.index - b.index,
    );
  const credits = [...floors];
  for (const { index } of byFraction) {
    if (left === 0n) break;
    credits[index] = (credits[index] ?? 0n) + 1n;
    left -= 1n;
  }
  return credits;
}

/** The touchpoints with a share of an order that has at least one eligible touchpoint. */
export function sharesOf(
  model: Model,
  eligible: readonly Touchpoint[],
  order: Order,
  settings: AttributionSettings,
): Share[] {
  const others = eligible.filter((touch) => touch.medium !== 'direct');
  const all = model === 'first_touch' || model === 'last_touch' || others.length === 0;
  const touches = all ? eligible : others;
  const allWeights = weightsOf(model, touches, order, settings);
  const credited = touches
    .map((touch, i) => ({ touch, weight: allWeights[i] ?? 0n }))
    .filter(({ weight }) => weight > 0n);
  const weights = credited.map(({ weight }) => weight);
  const sum = weights.reduce((total, weight) => total + weight, 0n);
  const credits = splitExactly(order.net, weights);
  return credited.map(({ touch, weight }, i) => ({
    touch,
    weight,
    weights: sum,
    credit: credits[i] ?? 0n,
  }));
}

/** The nearest double of an exact share, to 2^−60. */
export function shareNumber(share: Pick<Share, 'weight' | 'weights'>): number {
  return Number((share.weight << 60n) / share.weights) / 2 ** 60;
}
