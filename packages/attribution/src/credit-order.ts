/**
 * Runs the models on one order (contract 3.7 and 3.8). Guarantees that each model's credits sum to
 * the net and its shares to 10^12, to the unit, and that the result depends on its input alone.
 */
import type { LedgerCredit, Touch } from '@rosi/events';
import { decayWeights } from './decay-weights.js';
import { compareTouches } from './eligibility.js';
import { type Model, models, SHARE_WHOLE, UNATTRIBUTED } from './models.js';
import type { AttributionSettings } from './settings.js';
import { splitByDecay } from './split-by-decay.js';
import { splitByPosition, splitEqually } from './split-equally.js';

export interface OrderToCredit {
  /** The eligible ones, in order, at most `touchpointsMax`: what selectEligible gives. */
  readonly touches: readonly Touch[];
  /** Milliseconds since 1970 UTC. */
  readonly orderedAt: number;
  /** Minor units, from 0 to 2^53 − 1. */
  readonly net: number;
  readonly settings: AttributionSettings;
}

export interface OrderCredits {
  /** The touches given; when there are none, the `unattributed` one alone. */
  readonly touches: readonly Touch[];
  /**
   * A row for each model and touch with a share, also where it comes to 0 units; grouped by model,
   * in the order of the touches. None for a net of 0.
   */
  readonly credits: readonly LedgerCredit[];
}

export function creditOrder(order: OrderToCredit): OrderCredits {
  assertSound(order);
  const { touches, net, orderedAt } = order;
  if (touches.length === 0) return creditNobody(net, orderedAt);
  if (net === 0) return { touches, credits: [] };
  const credits: LedgerCredit[] = [];
  const considered = consideredOf(touches);
  creditOne(credits, 'first_touch', 0, net);
  creditOne(credits, 'last_touch', touches.length - 1, net);
  creditOne(credits, 'last_non_direct', considered[considered.length - 1]!, net);
  creditShared(credits, order, considered);
  return { touches, credits };
}

/** Indexes of the touches that models other than first_touch and last_touch look at. */
export function consideredOf(touches: readonly Touch[]): readonly number[] {
  const others: number[] = [];
  for (let at = 0; at < touches.length; at++) {
    if (touches[at]!.medium !== 'direct') others.push(at);
  }
  return others.length > 0 ? others : touches.map((_, at) => at);
}

/** The touchpoint of an order that nothing earned: at the order's own time, no dimensions. */
export function unattributedTouch(orderedAt: number): Touch {
  return {
    touchpointId: UNATTRIBUTED,
    type: '',
    touchedAt: orderedAt,
    platform: '',
    medium: '',
    mediaType: '',
    postId: '',
    influencerId: '',
    campaignId: '',
    linkId: '',
    programId: '',
    utmCampaign: '',
    couponCode: '',
  };
}

function creditNobody(net: number, orderedAt: number): OrderCredits {
  const credits: LedgerCredit[] = [];
  if (net > 0) for (const model of models) creditOne(credits, model, 0, net);
  return { touches: [unattributedTouch(orderedAt)], credits };
}

function creditOne(credits: LedgerCredit[], model: Model, touch: number, net: number): void {
  credits.push({ model, touch, credit: net, share: SHARE_WHOLE });
}

/** The models that split: money and shares by the same weights, each exactly. */
function creditShared(
  credits: LedgerCredit[],
  { touches, orderedAt, net, settings }: OrderToCredit,
  considered: readonly number[],
): void {
  const count = considered.length;
  const add = (model: Model, split: (amount: number) => ArrayLike<number>): void =>
    addSplit(credits, model, considered, { money: split(net), shares: split(SHARE_WHOLE) });
  add('linear', (amount) => splitEqually(amount, count));
  add('position_based', (amount) => splitByPosition(amount, count, settings.positionBased));
  const agesMs = new Float64Array(count);
  for (let at = 0; at < count; at++) agesMs[at] = orderedAt - touches[considered[at]!]!.touchedAt;
  const weights = decayWeights(agesMs, settings.halfLifeMs);
  add('time_decay', (amount) => splitByDecay(amount, weights));
}

function addSplit(
  credits: LedgerCredit[],
  model: Model,
  considered: readonly number[],
  { money, shares }: { money: ArrayLike<number>; shares: ArrayLike<number> },
): void {
  for (let at = 0; at < considered.length; at++) {
    const credit = money[at]!;
    const share = shares[at]!;
    // A net above 10^12 units can reach a touch whose share is below 10^−12: no unit is dropped.
    if (share > 0 || credit > 0) credits.push({ model, touch: considered[at]!, credit, share });
  }
}

function assertSound({ touches, orderedAt, net, settings }: OrderToCredit): void {
  if (!Number.isSafeInteger(net) || net < 0) {
    throw new Error(`a net must be a whole number from 0 to 2^53 - 1, not ${net}`);
  }
  if (touches.length > settings.touchpointsMax) {
    throw new Error(`${touches.length} touches are over the limit: pass what selectEligible gives`);
  }
  for (let at = 1; at < touches.length; at++) {
    if (compareTouches(touches[at - 1]!, touches[at]!) > 0) {
      throw new Error(`touch ${at} is out of order: pass what selectEligible gives`);
    }
  }
  const newest = touches[touches.length - 1];
  if (newest !== undefined && newest.touchedAt > orderedAt) {
    throw new Error('a touch after the order is not eligible: pass what selectEligible gives');
  }
}
