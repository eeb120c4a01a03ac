/**
 * Says a receipt in sentences that a person in marketing can check. Guarantees that every verdict
 * has its words: a new reason code does not compile until it has them.
 */
import type { Touch } from '@rosi/events';
import { windowMsOf } from './eligibility.js';
import type { ModelRefusal, ModelVerdict, TouchRefusal, TouchVerdict } from './explain-order.js';
import { SHARE_WHOLE } from './models.js';
import type { AttributionSettings } from './settings.js';

/** What the sentences need to know of the order. */
export interface ReceiptWords {
  readonly orderedAt: number;
  readonly settings: AttributionSettings;
  /** Writes an amount of minor units in the order's currency, such as `12.90 EUR`. */
  formatAmount(minorUnits: number): string;
}

/** One sentence for a touchpoint of a receipt. */
export function describeVerdict(verdict: TouchVerdict, words: ReceiptWords): string {
  const subject = describeTouch(verdict.touch, words.orderedAt);
  return verdict.eligible
    ? `${subject}: ${describeModels(verdict.models, words)}.`
    : `${subject}: not eligible, ${describeRefusal(verdict.reason, verdict.touch, words)}.`;
}

/** One sentence for the net that no touchpoint earned; empty when some did. */
export function describeUnattributed(
  verdicts: readonly ModelVerdict[],
  words: ReceiptWords,
): string {
  if (verdicts.length === 0) return '';
  return `No touchpoint was eligible: ${describeModels(verdicts, words)}.`;
}

const modelRefusalWords: Readonly<Record<ModelRefusal, string>> = {
  net_zero: 'nothing is left to credit after refunds',
  not_first: 'it is not the first touchpoint',
  not_last: 'it is not the last touchpoint that counts',
  direct_ignored: 'a direct visit is ignored beside other touchpoints',
  no_weight: 'its weight is too small for a share',
};

function describeTouch(touch: Touch, orderedAt: number): string {
  const place = [touch.platform, touch.medium].filter((name) => name !== '').join(', ');
  const moment = new Date(touch.touchedAt).toISOString();
  const distance = orderedAt - touch.touchedAt;
  const when =
    distance === 0
      ? 'at the time of the order'
      : `${describeDuration(Math.abs(distance))} ${distance > 0 ? 'before' : 'after'} the order`;
  const what = `${touch.type} ${touch.touchpointId}`;
  return `${what}${place === '' ? '' : ` (${place})`} of ${moment}, ${when}`;
}

function describeRefusal(reason: TouchRefusal, touch: Touch, words: ReceiptWords): string {
  switch (reason) {
    case 'after_order':
      return 'it came after the order';
    case 'outside_window': {
      const window = describeDuration(windowMsOf(touch, words.settings));
      return `a touchpoint of type ${touch.type} counts less than ${window} before an order`;
    }
    case 'cut_by_limit':
      return `only the newest ${words.settings.touchpointsMax} eligible touchpoints count`;
  }
}

function describeModels(verdicts: readonly ModelVerdict[], words: ReceiptWords): string {
  const credited: string[] = [];
  const refused = new Map<ModelRefusal, string[]>();
  for (const verdict of verdicts) {
    if (verdict.credited) {
      const amount = words.formatAmount(verdict.credit);
      credited.push(`${amount} by ${verdict.model} (${describeShare(verdict.share)})`);
    } else {
      refused.set(verdict.reason, [...(refused.get(verdict.reason) ?? []), verdict.model]);
    }
  }
  const refusals = [...refused].map(
    ([reason, models]) => `nothing by ${models.join(', ')}: ${modelRefusalWords[reason]}`,
  );
  const credits = credited.length === 0 ? [] : [`credited ${credited.join(', ')}`];
  return [...credits, ...refusals].join('; ');
}

/** Percent to two digits; a share that would read as 0 is said to be below the smallest. */
function describeShare(share: number): string {
  const percent = (share / SHARE_WHOLE) * 100;
  return percent < 0.01 ? 'below 0.01 %' : `${Number(percent.toFixed(2))} %`;
}

const units: readonly (readonly [name: string, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
  ['millisecond', 1],
];

/** The largest unit and, when it is not whole, the next one: `2 days 3 hours`. */
function describeDuration(durationMs: number): string {
  const first = units.findIndex(([, ms]) => durationMs >= ms);
  const words: string[] = [];
  let left = durationMs;
  for (const [name, ms] of units.slice(first, first + 2)) {
    const count = Math.floor(left / ms);
    left -= count * ms;
    if (count > 0) words.push(`${count} ${name}${count === 1 ? '' : 's'}`);
  }
  return words.join(' ');
}
