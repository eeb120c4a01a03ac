/** Answers of docs/queries.md, "Revenue", reckoned without SQL. */
import { by, type Fact, round, sum } from './queries-facts.js';
import { type Answers, march, ordered } from './queries-reckoning.js';

export const revenue: Answers = {
  1: ({ daily }) => {
    const rows = daily('post', { model: 'linear', ...march }).filter(
      (row) => row['post_id'] !== '',
    );
    const all = by(rows, ['post_id', 'currency'], (key, group) => ({
      ...key,
      revenue: sum(group, 'credit'),
      attributed_orders: round(sum(group, 'orders'), 2),
    }));
    const sorted = ordered(all, 'currency', '-revenue', 'post_id');
    return by(sorted as Fact[], ['currency'], (_, group) => group.slice(0, 20)).flat();
  },
  2: ({ daily }) => {
    const models = ['first_touch', 'last_touch', 'linear', 'position_based', 'time_decay'];
    const twoWeeks = { from: '2026-03-01', to: '2026-03-14' };
    const rows = daily('influencer', twoWeeks).filter(
      (row) => row['influencer_id'] !== '' && models.includes(String(row['model'])),
    );
    const all = by(rows, ['influencer_id', 'currency'], (key, group) => ({
      ...key,
      ...Object.fromEntries(
        models.map((model) => [
          model,
          sum(
            group.filter((row) => row['model'] === model),
            'credit',
          ),
        ]),
      ),
    }));
    return ordered(all, 'currency', '-linear', 'influencer_id');
  },
  3: ({ daily, influencers, shop }) => {
    const rows = daily('influencer', { model: 'last_touch', ...march });
    const all = by(rows, ['influencer_id', 'currency'], (key, group) => {
      const rate = shop.rates.get(String(key['influencer_id']));
      const known = influencers.find((each) => each['influencer_id'] === key['influencer_id']);
      const earned = sum(group, 'credit');
      const commission = round(earned * (rate ?? 0));
      return {
        ...key,
        name: known?.['name'] ?? '',
        revenue: earned,
        rate: rate ?? null,
        commission,
      };
    });
    const agreed = all.filter(({ rate }) => rate !== null);
    return ordered(agreed, 'currency', '-commission', 'influencer_id');
  },
  4: ({ daily }) => {
    const rows = daily('channel', { model: 'last_non_direct', ...march });
    const all = by(rows, ['platform', 'medium', 'media_type', 'currency'], (key, group) => {
      const whole = rows.filter((row) => row['currency'] === key['currency']);
      const earned = sum(group, 'credit');
      return { ...key, revenue: earned, part: round(earned / sum(whole, 'credit'), 4) };
    });
    return ordered(all, 'currency', '-revenue', 'platform', 'medium', 'media_type');
  },
  5: ({ daily }) => {
    const rows = daily('channel', { model: 'linear', from: '2026-01-01', to: '2026-06-30' });
    const months = rows.map((row) => ({ ...row, month: `${String(row['day']).slice(0, 7)}-01` }));
    const all = by(months, ['month', 'currency'], (key, group) => {
      const of = (type: string) =>
        sum(
          group.filter((row) => row['media_type'] === type),
          'credit',
        );
      return {
        ...key,
        paid: of('paid'),
        owned: of('owned'),
        earned: of('earned'),
        neither: of(''),
      };
    });
    return ordered(all, 'month', 'currency');
  },
  6: ({ daily }) => {
    const rows = daily('channel', { model: 'last_touch', from: '2026-01-29', to: '2026-03-31' });
    const all = by(rows, ['currency'], (key, group) => {
      const now = group.filter((row) => String(row['day']) >= march.from);
      const [earned, before] = [sum(now, 'credit'), sum(group, 'credit') - sum(now, 'credit')];
      const change = before === 0 ? null : round(earned / before - 1, 4);
      return { ...key, revenue: earned, before, change, orders: round(sum(now, 'orders')) };
    });
    return ordered(all, 'currency');
  },
};
