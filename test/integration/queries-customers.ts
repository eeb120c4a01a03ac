/** Answers of docs/queries.md, "Customers", reckoned without SQL. */
import { by, giveOrTake, monthOf, number, round, sum, within } from './queries-facts.js';
import { type Answers, inMarch, ordered, spentIn } from './queries-reckoning.js';

export const customers: Answers = {
  13: ({ credits, orders }) => {
    const firsts = new Set(
      orders.filter((row) => row['new_customer'] === true).map((row) => row['order_id']),
    );
    const rows = inMarch(credits, 'ordered_at').filter(
      (row) =>
        row['model'] === 'first_touch' &&
        row['influencer_id'] !== '' &&
        firsts.has(row['order_id'] ?? ''),
    );
    const all = by(rows, ['influencer_id', 'currency'], (key, group) => ({
      ...key,
      new_customers: round(sum(group, 'share'), 2),
      revenue: sum(group, 'credit'),
    }));
    return ordered(all, 'currency', '-new_customers', 'influencer_id');
  },
  14: ({ orders, spend }) => {
    const spent = spentIn(spend, '2026-01-01', '2026-03-31').map((row) => ({
      ...row,
      month: `${String(row['date']).slice(0, 7)}-01`,
    }));
    const all = by(spent, ['month', 'currency'], (key, group) => {
      const won = orders.filter(
        (row) =>
          row['new_customer'] === true &&
          row['currency'] === key['currency'] &&
          monthOf(number(row, 'occurred_at')) === key['month'],
      );
      const [cost, many] = [sum(group, 'amount'), won.length];
      const each = many === 0 ? null : round(cost / many);
      return { ...key, cost, new_customers: many, cost_per_customer: each };
    });
    return ordered(all, 'month', 'currency');
  },
  15: ({ orders }) => {
    const rows = within(orders, 'occurred_at', '2026-01-01', '2026-07-01');
    const months = rows.map((row) => ({ ...row, month: monthOf(number(row, 'occurred_at')) }));
    const all = by(months, ['month', 'currency'], (key, group) => ({
      ...key,
      orders: group.length,
      average_order: round(sum(group, 'gross') / group.length),
      revenue: sum(group, 'net'),
      refund_rate: round(sum(group, 'refunded') / sum(group, 'gross'), 4),
      new_part: round(sum(group, 'new_customer') / group.length, 4),
    }));
    return ordered(all, 'month', 'currency');
  },
  16: ({ orders }) => {
    const known = orders.filter((row) => row['person_id'] !== '');
    const rows = within(known, 'occurred_at', '2026-01-01', '2026-07-01');
    const persons = by(rows, ['person_id'], (_, group) => {
      const firsts = group.filter((row) => row['new_customer'] === true);
      const first = firsts.map((row) => number(row, 'occurred_at'))[0] ?? null;
      const later = group.filter((row) => row['new_customer'] !== true);
      const again = later.some(
        (row) => number(row, 'occurred_at') <= (first ?? 0) + 90 * 86_400_000,
      );
      const inEuros = group.filter((row) => row['currency'] === 'EUR');
      return { first, again, net: sum(inEuros, 'net') };
    });
    const won = persons.flatMap(({ first, again, net }) =>
      first === null ? [] : [{ won: monthOf(first), again, net }],
    );
    const all = by(won, ['won'], (key, group) => ({
      ...key,
      customers: group.length,
      came_back: sum(group, 'again'),
      repeat_rate: round(sum(group, 'again') / group.length, 4),
      value: round(sum(group, 'net') / group.length),
    }));
    return ordered(all, 'won');
  },
  17: ({ orders }) => {
    const known = orders.filter((row) => row['person_id'] !== '');
    const before = within(known, 'occurred_at', '2025-10-01', '2026-01-01');
    const since = within(known, 'occurred_at', '2026-01-01', '2026-07-01');
    const active = new Set(since.map((row) => row['person_id']));
    const persons = by(before, ['person_id'], (key, group) => ({
      silent: !active.has(key['person_id'] ?? ''),
      regular: group.length > 1,
    }));
    const silent = persons.filter((person) => person.silent);
    const regulars = silent.filter((person) => person.regular).length;
    const part = round(silent.length / persons.length, 4);
    const customers = persons.length;
    return [{ customers, silent: silent.length, of_them_regulars: regulars, part }];
  },
  18: ({ credits }) => {
    const own = credits.filter((row) => row['person_id'] !== '' && row['currency'] === 'EUR');
    const persons = by(inMarch(own, 'ordered_at'), ['person_id'], (_, group) => {
      const last = group.filter((row) => row['model'] === 'last_touch');
      const connected = group.some(
        (row) => row['model'] === 'linear' && row['type'] === 'interaction',
      );
      return { connected, net: sum(last, 'credit'), orders: last.length };
    });
    const all = by(persons, ['connected'], (_, group) => ({
      connected: Number(group[0]?.['connected']),
      customers: group.length,
      orders_each: round(sum(group, 'orders') / group.length, 4),
      net_each: round(sum(group, 'net') / group.length),
      give_or_take: giveOrTake(group.map((row) => number(row, 'net'))),
    }));
    return ordered(all, 'connected');
  },
  19: ({ credits }) => {
    const rows = inMarch(credits, 'ordered_at')
      .filter((row) => row['model'] === 'first_touch' && row['touchpoint_id'] !== 'unattributed')
      .map((row) => ({
        ...row,
        days: Math.floor((number(row, 'ordered_at') - number(row, 'touched_at')) / 86_400_000),
      }));
    const all = by(rows, ['days', 'currency'], (key, group) => ({
      ...key,
      orders: round(sum(group, 'share'), 4),
      revenue: sum(group, 'credit'),
    }));
    return ordered(all, 'currency', 'days');
  },
};
