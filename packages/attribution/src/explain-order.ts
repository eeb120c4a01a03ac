/**
 * The receipt of an order: every touchpoint of its person, each credited or refused by each model,
 * with the reason. Guarantees that it agrees with creditOrder, since it is made from its result:
 * the credits on a receipt are the rows of that order, and nothing is left without a verdict.
 */
import type { LedgerCredit, Touch } from '@rosi/events';
import { consideredOf, creditOrder } from './credit-order.js';
import { compareTouches, isEligible, selectEligible } from './eligibility.js';
import { type Model, models } from './models.js';
import type { AttributionSettings } from './settings.js';

/** Why no model looks at a touchpoint. */
export const touchRefusals = ['after_order', 'outside_window', 'cut_by_limit'] as const;
export type TouchRefusal = (typeof touchRefusals)[number];

/** Why one model gives an eligible touchpoint nothing. */
export const modelRefusals = [
  'net_zero',
  'not_first',
  'not_last',
  'direct_ignored',
  'no_weight',
] as const;
export type ModelRefusal = (typeof modelRefusals)[number];

export type ModelVerdict =
  | ({ readonly model: Model; readonly credited: true } & Pick<LedgerCredit, 'credit' | 'share'>)
  | { readonly model: Model; readonly credited: false; readonly reason: ModelRefusal };

export type TouchVerdict =
  | { readonly touch: Touch; readonly eligible: false; readonly reason: TouchRefusal }
  | { readonly touch: Touch; readonly eligible: true; readonly models: readonly ModelVerdict[] };

export interface OrderToExplain {
  readonly orderedAt: number;
  /** Minor units. */
  readonly net: number;
  /** All touches of the order's person, at any time, and the order's own coupon touches. */
  readonly touches: Iterable<Touch>;
  readonly settings: AttributionSettings;
}

export interface Receipt {
  readonly orderedAt: number;
  readonly net: number;
  /** Every touch, in order. */
  readonly touches: readonly TouchVerdict[];
  /** More touches were eligible than count. */
  readonly cut: boolean;
  /** What goes to `unattributed`: a verdict for each model when nothing is eligible, else empty. */
  readonly unattributed: readonly ModelVerdict[];
}

export function explainOrder({ orderedAt, net, touches, settings }: OrderToExplain): Receipt {
  const all = [...touches].sort(compareTouches);
  const selected = selectEligible(all, orderedAt, settings);
  const credited = creditOrder({ touches: selected.touches, orderedAt, net, settings });
  const verdicts = modelVerdicts(credited.touches, credited.credits, net);
  const byTouch = new Map(credited.touches.map((touch, at) => [touch, verdicts[at] ?? []]));
  return {
    orderedAt,
    net,
    touches: all.map((touch): TouchVerdict => {
      const verdict = byTouch.get(touch);
      if (verdict !== undefined) return { touch, eligible: true, models: verdict };
      return { touch, eligible: false, reason: refusalOf(touch, orderedAt, settings) };
    }),
    cut: selected.cut,
    unattributed: selected.touches.length === 0 ? (verdicts[0] ?? []) : [],
  };
}

function refusalOf(touch: Touch, orderedAt: number, settings: AttributionSettings): TouchRefusal {
  if (touch.touchedAt > orderedAt) return 'after_order';
  return isEligible(touch, orderedAt, settings) ? 'cut_by_limit' : 'outside_window';
}

/** For each of the touches that the models saw, one verdict per model. */
function modelVerdicts(
  touches: readonly Touch[],
  credits: readonly LedgerCredit[],
  net: number,
): readonly (readonly ModelVerdict[])[] {
  const considered = new Set(consideredOf(touches));
  const rows = new Map(credits.map((row) => [`${row.model} ${row.touch}`, row]));
  return touches.map((_, at) =>
    models.map((model): ModelVerdict => {
      const row = rows.get(`${model} ${at}`);
      if (row !== undefined) {
        return { model, credited: true, credit: row.credit, share: row.share };
      }
      const reason = net === 0 ? 'net_zero' : modelRefusal(model, considered.has(at));
      return { model, credited: false, reason };
    }),
  );
}

function modelRefusal(model: Model, considered: boolean): ModelRefusal {
  if (model === 'first_touch') return 'not_first';
  if (model === 'last_touch') return 'not_last';
  if (!considered) return 'direct_ignored';
  return model === 'last_non_direct' ? 'not_last' : 'no_weight';
}
