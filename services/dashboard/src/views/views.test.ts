import { models } from '@rosi/attribution';
import { expect, test } from 'vitest';
import { bookTables, checkBooks } from '../books.js';
import { readChoices } from '../choices.js';
import type { Figures } from '../figures.js';
import { booksView, freshnessView } from './freshness.js';
import { dailyView, headlineView } from './headline.js';
import { ordersView } from './orders.js';
import { mainView } from './page.js';

const plain = (markup: string) =>
  markup
    .replace(/<[^>]+>/g, '')
    .replace(/\s+/g, ' ')
    .trim();
const balanced = bookTables.flatMap((table) =>
  models.map((model) => ({ table, model, credit: 12_990n })),
);

const figures = (more: Partial<Figures> = {}): Figures => ({
  currencies: [{ currency: 'EUR', orders: 1, latestDay: '2026-03-01' }],
  currency: 'EUR',
  period: '30d',
  today: '2026-03-02',
  totals: { orders: 1, newCustomers: 1, net: 12_990n, refunded: 0n },
  spend: 0n,
  books: checkBooks(12_990n, balanced),
  daily: [],
  revenue: [],
  orders: [],
  receipt: null,
  names: { posts: new Map(), influencers: new Map() },
  ...more,
});

test('while work is pending it is said how much, and how far the figures are complete', () => {
  const pipeline = {
    settled: false,
    freshThrough: '2026-03-01T10:00:00.000Z',
    stages: [
      { name: 'stitcher', lastOffset: 4, lag: 1_200 },
      { name: 'loader', lastOffset: 2, lag: 34 },
    ],
  };
  expect(plain(freshnessView(pipeline, 'Europe/Paris').text)).toBe(
    '… Catching up: 1,234 records are on their way. Complete for all that came before 1 Mar 2026, 11:00:00.',
  );
  const early = freshnessView({ ...pipeline, freshThrough: null }, 'UTC').text;
  expect(plain(early)).not.toContain('Complete');
});

test('books that do not balance name each difference and the remedy, once nothing is pending', () => {
  const off = checkBooks(
    12_990n,
    balanced.map((each, index) => (index === 0 ? { ...each, credit: 12_989n } : each)),
  );
  const told = plain(booksView(figures({ books: off }), true).text);
  expect(told).toContain('The books do not balance.');
  expect(told).toContain('first_touch by post: €129.89 (-€0.01 off)');
  expect(told).toContain('npx rosi check');
  const pending = plain(booksView(figures({ books: off }), false).text);
  expect(pending).toContain('being written');
  expect(pending).not.toContain('do not balance');
});

test('spend is held against the revenue of all orders; without spend there is nothing to say', () => {
  expect(plain(headlineView(figures({ spend: 10_000n })).text)).toContain(
    'Spend€100.00ROSI of all orders +30 %',
  );
  expect(plain(headlineView(figures()).text)).not.toContain('ROSI');
});

test('a period without orders says where there are some', () => {
  const { text } = mainView({
    choices: readChoices(new URLSearchParams('period=30d&model=linear')),
    figures: figures({ totals: { orders: 0, newCustomers: 0, net: 0n, refunded: 0n } }),
    pipeline: { settled: true, freshThrough: null, stages: [] },
    timezone: 'UTC',
  });
  expect(text).toContain('The latest is of 1 Mar 2026');
  expect(text).toContain('href="/?model=linear&amp;period=all"');
});

test('an opened order that the list lacks stands above it by its name, an unknown one is told', () => {
  const choices = readChoices(new URLSearchParams('order=1001'));
  const order = {
    order_id: '1001',
    person_id: 'p',
    occurred_at: '2026-03-01T10:00:00.000Z',
    currency: 'EUR',
    gross: 12_990,
    refunded: 0,
    net: 12_990,
    new_customer: true,
    coupon_codes: [],
    touchpoints_cut: false,
  };
  const receipt = { order, touchpoints: [], unattributed: {}, consistent: true };
  const shown = plain(ordersView(figures({ receipt }), choices, 'Europe/Paris').text);
  expect(shown).toMatch(/1001, 1 Mar 2026, 11:00:00 total €129\.90.*Close order 1001/);
  const unknown = plain(ordersView(figures(), choices, 'UTC').text);
  expect(unknown).toContain('There is no order 1001, or it is still on its way. Close order 1001');
});

test('bars hold whole days, none lost: their sum is the net', () => {
  const daily = Array.from({ length: 365 }, (_, index) => ({
    day: new Date(Date.UTC(2025, 0, 1 + index)).toISOString().slice(0, 10),
    net: 100n,
  }));
  const text = dailyView(figures({ daily }))?.text ?? '';
  const amounts = [...text.matchAll(/<title>([^<]+): €([\d.]+)<\/title>/g)];
  expect(amounts.length).toBeLessThanOrEqual(62);
  expect(amounts.reduce((sum, [, , amount]) => sum + Number(amount), 0)).toBe(365);
  expect(amounts[0]?.[1]).toBe('1 Jan 2025 to 6 Jan 2025');
  expect(amounts.at(-1)?.[1]).toContain('31 Dec 2025');
});
