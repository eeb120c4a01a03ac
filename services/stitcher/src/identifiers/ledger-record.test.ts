/** The sum of all differences of an order is always its present state. */
import { defaultSettings } from '@rosi/attribution';
import type { LedgerOrder, Touch } from '@rosi/events';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isSameOrder, valueOrder, withDeltas } from './ledger-record.js';

const ORDERED_AT = Date.UTC(2026, 2, 10);

const touch = fc.record({
  touchpointId: fc.constantFrom('a', 'b', 'c', 'd'),
  hoursBefore: fc.integer({ min: 0, max: 400 }),
  medium: fc.constantFrom('social', 'direct', 'email'),
});
const state = fc.record({
  touches: fc.uniqueArray(touch, { selector: ({ touchpointId }) => touchpointId, maxLength: 4 }),
  net: fc.integer({ min: 0, max: 100_000 }),
  personId: fc.constantFrom('p_1', 'p_2'),
  day: fc.integer({ min: 0, max: 1 }),
});

function value(at: typeof state extends fc.Arbitrary<infer T> ? T : never): LedgerOrder {
  const orderedAt = ORDERED_AT + at.day * 86_400_000;
  const touches = at.touches.map(
    ({ touchpointId, hoursBefore, medium }): Touch => ({
      touchpointId,
      type: 'click',
      touchedAt: orderedAt - hoursBefore * 3_600_000,
      platform: '',
      medium,
      mediaType: '',
      postId: '',
      influencerId: '',
      campaignId: '',
      linkId: '',
      programId: '',
      utmCampaign: '',
      couponCode: '',
    }),
  );
  const facts = {
    orderedAt,
    currency: 'EUR',
    gross: at.net,
    tax: 0,
    shipping: 0,
    refunded: 0,
    net: at.net,
    couponCodes: [],
    items: '',
  };
  const { personId } = at;
  return valueOrder(
    { workspace: 'w', orderId: 'o', facts, personId, newCustomer: false, touches, cut: false },
    defaultSettings,
  );
}

type Rows = Record<string, [number, number]>;

function present(order: LedgerOrder): Rows {
  const rows: Rows = {};
  for (const { model, touch: index, credit, share } of order.credits) {
    rows[JSON.stringify([model, order.personId, order.orderedAt, { ...order.touches[index] }])] = [
      credit,
      share,
    ];
  }
  return rows;
}

function add(rows: Rows, order: LedgerOrder): void {
  for (const { model, touch: index, personId, orderedAt, credit, share } of order.deltas) {
    const key = JSON.stringify([model, personId, orderedAt, { ...order.touches[index] }]);
    const [credits, shares] = rows[key] ?? [0, 0];
    rows[key] = [credits + credit, shares + share];
    if (rows[key][0] === 0 && rows[key][1] === 0) delete rows[key];
  }
}

it('adds up to the present state after any history', () => {
  fc.assert(
    fc.property(fc.array(state, { minLength: 1, maxLength: 6 }), (history) => {
      const sums: Rows = {};
      let before: LedgerOrder | null = null;
      for (const at of history) {
        const next = value(at);
        add(sums, withDeltas(before, next));
        before = next;
      }
      expect(sums).toEqual(present(before as LedgerOrder));
    }),
  );
});

it('tells the time that the order had before, where it has been moved', () => {
  fc.assert(
    fc.property(state, state, (first, second) => {
      const [before, next] = [value(first), value(second)];
      const isMoved = before.orderedAt !== next.orderedAt;
      expect(withDeltas(before, next).movedFrom).toEqual(isMoved ? [before.orderedAt] : []);
      expect(withDeltas(null, next).movedFrom).toEqual([]);
    }),
  );
});

it('differs in nothing when nothing changed', () => {
  fc.assert(
    fc.property(state, (at) => {
      expect(isSameOrder(value(at), value(at))).toBe(true);
      expect(withDeltas(value(at), value(at)).deltas).toEqual([]);
    }),
  );
});
