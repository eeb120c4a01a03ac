import type { CollectedEvent } from '@rosi/events';
import { describe, expect, it } from 'vitest';
import { collected } from '../testing/collected.js';
import { mergeOrder } from './merge-order.js';

const purchase = (
  eventId: string,
  order: object,
  other: { source?: string; at?: string } = {},
): CollectedEvent =>
  collected(
    {
      event_id: eventId,
      type: 'purchase',
      occurred_at: other.at ?? '2026-03-01T10:00:00Z',
      order: { order_id: 'o', ...order },
    },
    other.source,
  );
const refund = (eventId: string, refundId: string, total: string, currency = 'EUR') =>
  collected({
    event_id: eventId,
    type: 'refund',
    occurred_at: '2026-03-05T10:00:00Z',
    refund: { refund_id: refundId, order_id: 'o', total, currency },
  });
const euros = (total: string) => ({ total, currency: 'EUR' });

describe('an order of several sources', () => {
  it('has no facts until a purchase states a total', () => {
    expect(
      mergeOrder([purchase('p', {}, { source: 'pixel' }), refund('r', '1', '1.00')]),
    ).toBeNull();
  });

  it('takes each field from the best event that has it: server, later, larger id', () => {
    const facts = mergeOrder([
      purchase('z', { ...euros('1.00'), coupon_codes: ['P'] }, { source: 'pixel' }),
      purchase('a', { ...euros('2.00'), tax: '0.20' }, { at: '2026-03-01T11:00:00Z' }),
      purchase('b', { ...euros('3.00') }, { at: '2026-03-01T11:00:00Z' }),
      purchase('c', { ...euros('9.00'), shipping: '0.50' }, { at: '2026-03-01T10:59:59.999Z' }),
    ]);
    expect(facts).toMatchObject({ gross: 300, tax: 20, shipping: 50, couponCodes: ['P'] });
  });

  it('takes an empty list of codes for a statement', () => {
    const codes = [
      purchase('a', { ...euros('1.00'), coupon_codes: [] }, { at: '2026-03-02T00:00:00Z' }),
      purchase('b', { ...euros('1.00'), coupon_codes: ['OLD'] }),
    ];
    expect(mergeOrder(codes)?.couponCodes).toEqual([]);
  });

  it('happened when the earliest server purchase did; pixels decide only alone', () => {
    const pixel = purchase('p', {}, { source: 'pixel', at: '2026-03-01T09:00:00Z' });
    const server = purchase('s', euros('1.00'), { at: '2026-03-01T10:00:00Z' });
    const update = purchase('u', euros('1.00'), { at: '2026-03-10T10:00:00Z' });
    expect(mergeOrder([update, pixel, server])?.orderedAt).toBe(Date.UTC(2026, 2, 1, 10));
    const early = purchase('q', euros('1.00'), { source: 'pixel', at: '2026-03-01T09:30:00Z' });
    expect(mergeOrder([early, pixel])?.orderedAt).toBe(Date.UTC(2026, 2, 1, 9));
  });

  it('subtracts each refund once, in its own currency only, down to zero', () => {
    const order = purchase('p', euros('10.00'));
    const some = [refund('r1', '1', '2.00'), refund('r2', '1', '3.00'), refund('r3', '2', '1.00')];
    expect(mergeOrder([order, ...some])).toMatchObject({ refunded: 400, net: 600 });
    const foreign = refund('r4', '3', '5.00', 'USD');
    expect(mergeOrder([order, foreign])).toMatchObject({ refunded: 0, net: 1000 });
    const over = refund('r5', '4', '25.00');
    expect(mergeOrder([order, over])).toMatchObject({ refunded: 2500, net: 0 });
  });

  it('stays a number that a record can hold, however much is refunded', () => {
    const most = '9999999999999.99';
    const refunds = Array.from({ length: 12 }, (_, n) => refund(`r${n}`, String(n), most));
    const facts = mergeOrder([purchase('p', euros(most)), ...refunds]);
    expect(facts).toMatchObject({ net: 0, refunded: 9_007_199_254_740_990 });
  });
});
