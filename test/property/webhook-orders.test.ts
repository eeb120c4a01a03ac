/**
 * What becomes of an order that a shop's deliveries tell of, from adapter to the stitcher's record:
 * the same in every order of arrival and whatever the hashes in event ids are.
 */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readWebhookEndpoints } from '@rosi/collector';
import { describe, expect, it, test } from 'vitest';
import type { OracleEvent } from '../oracle/index.js';
import { runTopology } from './run-topology.js';

type Body = Readonly<Record<string, unknown>>;
interface Delivery {
  readonly topic: string;
  readonly body: Body;
}

const fixtures = new URL('../../services/collector/src/webhooks/fixtures/', import.meta.url);
const fixture = (name: string): Body =>
  JSON.parse(readFileSync(new URL(`${name}.json`, fixtures), 'utf8'));
const oracleSettings = { hashKey: 'k', ownDomains: [], timezone: 'UTC' };

function adapterOf(source: string) {
  const endpoint = { id: 'shop', source, secrets: ['0123456789abcdef'] };
  const read = readWebhookEndpoints({ endpoints: [endpoint] });
  const [found] = read.ok ? read.endpoints : [];
  if (found === undefined) throw new Error(JSON.stringify(read));
  return found.adapter;
}

function eventsOf(source: string, { topic, body }: Delivery, salt: string): OracleEvent[] {
  const headers = { 'x-shopify-topic': topic, 'x-wc-webhook-topic': topic };
  const hash = (text: string) => createHmac('sha256', salt).update(text).digest('hex');
  const reading = adapterOf(source).read({ headers, body, hash });
  if (reading.kind !== 'events') return [];
  const receivedAt = Date.UTC(2026, 5, 1);
  return reading.events.map((event) => ({ body: event, keyKind: 'secret', receivedAt }));
}

function permutations<T>(list: readonly T[]): T[][] {
  if (list.length < 2) return [[...list]];
  return list.flatMap((first, at) =>
    permutations(list.toSpliced(at, 1)).map((rest) => [first, ...rest]),
  );
}

const salts = ['a', 'b', 'c', 'd'];

/** Gross, refunded and net, which all arrivals agree upon; null: the order has no row. */
function orderOf(source: string, deliveries: readonly Delivery[]) {
  const found = permutations(deliveries).flatMap((arrival) =>
    salts.map((salt, seed) => {
      const events = arrival.flatMap((delivery) => eventsOf(source, delivery, salt));
      const { tables, accepted } = runTopology(events, oracleSettings, { partitions: 2, seed });
      expect(accepted).not.toContain(false);
      const { gross, refunded, net } = tables.orders_current?.[0] ?? {};
      return gross === undefined ? null : [gross, refunded, net];
    }),
  );
  expect(new Set(found.map((row) => JSON.stringify(row))).size).toBe(1);
  return found[0];
}

const second = (seconds: number) => `2026-03-02T10:00:${String(seconds).padStart(2, '0')}`;

describe('WooCommerce', () => {
  const at = (seconds: number, status: string, more: Body = {}): Delivery => ({
    topic: 'order.updated',
    body: {
      ...fixture('woocommerce-order'),
      date_created_gmt: second(0),
      date_modified_gmt: second(seconds),
      status,
      total: '100.00',
      ...more,
    },
  });
  const orderOfWoo = (...deliveries: Delivery[]) => orderOf('woocommerce', deliveries);

  test.each(['failed', 'pending', 'trash', 'cancelled'])(
    'an order that counted and becomes %s counts no more, until it is paid',
    (status) => {
      expect(orderOfWoo(at(1, 'on-hold'), at(9, status))).toEqual([10_000, 10_000, 0]);
      expect(orderOfWoo(at(1, 'on-hold'), at(9, status), at(20, 'processing'))).toEqual([
        10_000, 0, 10_000,
      ]);
    },
  );

  it('counts when it is paid in the second in which it was not', () => {
    expect(orderOfWoo(at(0, 'pending'), at(1, 'pending'), at(1, 'processing'))).toEqual([
      10_000, 0, 10_000,
    ]);
  });

  it('has no row as long as it was never paid', () => {
    expect(orderOfWoo(at(0, 'pending'), at(5, 'failed'), at(9, 'cancelled'))).toBeNull();
  });

  it('is refunded by what its refunds have left', () => {
    const refunds = [{ id: 801, total: '-40.00' }];
    const failed = at(9, 'failed', { refunds });
    expect(orderOfWoo(at(1, 'on-hold'), at(5, 'on-hold', { refunds }), failed)).toEqual([
      10_000, 10_000, 0,
    ]);
  });
});
