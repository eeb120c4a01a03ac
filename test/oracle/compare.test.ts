/**
 * The comparison has to see every kind of difference, and none where there is none.
 */
import { describe, expect, it } from 'vitest';
import { type ActualTables, compareTables, evaluate, formatDifferences } from './index.js';

const { tables: expected } = evaluate({
  settings: { hashKey: 'k', ownDomains: [], timezone: 'UTC' },
  events: [
    {
      keyKind: 'secret',
      receivedAt: 2_000,
      body: {
        event_id: 'buy',
        type: 'purchase',
        occurred_at: '1970-01-01T00:00:01.000Z',
        identifiers: { user_id: 'u' },
        order: { order_id: 'o', total: '1.00', currency: 'EUR' },
      },
    },
    {
      keyKind: 'secret',
      receivedAt: 2_000,
      body: { event_id: 'c', type: 'click', identifiers: { user_id: 'v' } },
    },
  ],
});

it('does not ask for a row of credits that nobody could tell from none', () => {
  const [credit] = expected.credits_current;
  const wanted = (more: object) => ({
    ...expected,
    credits_current: [...expected.credits_current, { ...credit, touchpoint_id: 'far', ...more }],
  });
  const problems = (more: object) =>
    compareTables(expected as ActualTables, wanted(more) as typeof expected).length;
  expect(problems({ credit: 0, share: 2.4e-14 })).toBe(0);
  expect(problems({ credit: 0, share: 1.1e-12 })).toBe(1);
  expect(problems({ credit: 1, share: 2.4e-14 })).toBe(1);
});

type Change = (row: Record<string, unknown>) => Record<string, unknown>;

/** As ClickHouse would answer in JSON: other person ids, text for times and 64-bit integers. */
function queried(table = '', change: Change = (row) => row): ActualTables {
  const texts: Change = (row) =>
    Object.fromEntries(
      Object.entries(row).map(([column, value]) => {
        if (column === 'person_id') return [column, value === '' ? '' : `p_${String(value)}`];
        if (column.endsWith('_at')) {
          return [column, new Date(Number(value)).toISOString().replace('T', ' ').replace('Z', '')];
        }
        if (typeof value === 'bigint') return [column, String(value)];
        return [column, typeof value === 'boolean' ? Number(value) : value];
      }),
    );
  return Object.fromEntries(
    Object.entries(expected).map(([name, rows]) => [
      name,
      rows
        .map((row) => (name === table ? change(texts(row)) : texts(row)))
        .map((row) => ({ ...row, recorded_at: 'now', further: 1 }))
        .reverse(),
    ]),
  );
}

describe('compareTables', () => {
  it('sees equal tables through other texts, ids and orders', () => {
    expect(compareTables(queried(), expected)).toEqual([]);
  });

  it.each<[string, string, Change, string]>([
    ['money', 'orders_current', (row) => ({ ...row, net: '101' }), 'net'],
    [
      'a time',
      'orders_current',
      (row) => ({ ...row, occurred_at: '1970-01-01 00:00:01.001' }),
      'occurred_at',
    ],
    ['a flag', 'orders_current', (row) => ({ ...row, new_customer: 0 }), 'new_customer'],
    ['a share', 'credits_current', (row) => ({ ...row, share: 1 + 1e-8 }), 'share'],
    ['text', 'touchpoints_current', (row) => ({ ...row, medium: 'direct' }), 'medium'],
    ['a key', 'events_current', (row) => ({ ...row, event_id: 'other' }), '(row)'],
    ['a person lost', 'orders_current', (row) => ({ ...row, person_id: '' }), 'person_id'],
    ['persons merged', 'identities_current', (row) => ({ ...row, person_id: 'p' }), 'person_id'],
    ['a column', 'links', (row) => row, 'none'],
    ['a missing column', 'orders_current', ({ net: _, ...row }) => row, 'net'],
  ])('sees a difference of %s', (_, table, change, column) => {
    const columns = compareTables(queried(table, change), expected).map((one) => one.column);
    expect(columns.includes(column)).toBe(column !== 'none');
  });

  it('sees rows that are missing, unexpected or doubled', () => {
    const actual = queried();
    const [order] = actual.orders_current ?? [];
    const rows = (orders: readonly Record<string, unknown>[]) =>
      compareTables({ ...actual, orders_current: orders }, expected).length;
    expect(rows([])).toBe(1);
    expect(rows([{ ...order }, { ...order, order_id: 'x' }])).toBe(1);
    expect(rows([{ ...order }, { ...order }])).toBe(1);
  });

  it('takes a daily row in which nothing is left for none', () => {
    const actual = queried();
    const days = actual.revenue_by_post_daily ?? [];
    const empty = { ...days[0], post_id: 'gone', credit: '0', orders: 1e-17 };
    const more = { ...actual, revenue_by_post_daily: [...days, empty] };
    expect(compareTables(more, expected)).toEqual([]);
  });

  it('prints the first ones for a reader', () => {
    const differences = compareTables(
      queried('orders_current', (row) => ({ ...row, net: '7' })),
      expected,
    );
    expect(formatDifferences(differences)).toBe(
      'orders_current [order_id="o"] net\n    expected 100\n    actual   7',
    );
  });
});
