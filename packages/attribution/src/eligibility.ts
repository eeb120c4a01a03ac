/**
 * Which touchpoints an order's models see (contract 3.5), and in which order (3.6). Guarantees
 * that the order of the touches given changes nothing.
 */
import type { Touch } from '@rosi/events';
import { compareUtf8 } from '@rosi/events';
import { type AttributionSettings, type TouchType, touchTypes } from './settings.js';

/** By touchedAt, then by the UTF-8 bytes of the touchpointId. */
export function compareTouches(a: Touch, b: Touch): number {
  return a.touchedAt - b.touchedAt || compareUtf8(a.touchpointId, b.touchpointId);
}

/** `orderedAt − window < touchedAt ≤ orderedAt`. */
export function isEligible(
  touch: Touch,
  orderedAt: number,
  settings: AttributionSettings,
): boolean {
  return touch.touchedAt <= orderedAt && touch.touchedAt > orderedAt - windowMsOf(touch, settings);
}

/** How long before an order a touchpoint of this type is eligible. */
export function windowMsOf(touch: Touch, settings: AttributionSettings): number {
  const { type } = touch;
  if (!isTouchType(type)) throw new Error(`no touchpoint has type "${type}"`);
  return settings.windowsMs[type];
}

/**
 * The touches that the models of an order see: the newest eligible ones up to the limit, in order.
 * `cut`: more were eligible. Coupon touches given must be those of this very order.
 */
export function selectEligible(
  touches: Iterable<Touch>,
  orderedAt: number,
  settings: AttributionSettings,
): { readonly touches: readonly Touch[]; readonly cut: boolean } {
  const eligible: Touch[] = [];
  for (const touch of touches) {
    if (isEligible(touch, orderedAt, settings)) eligible.push(touch);
  }
  eligible.sort(compareTouches);
  const cut = eligible.length > settings.touchpointsMax;
  return { touches: cut ? eligible.slice(-settings.touchpointsMax) : eligible, cut };
}

const knownTypes: ReadonlySet<string> = new Set(touchTypes);

function isTouchType(type: string): type is TouchType {
  return knownTypes.has(type);
}
