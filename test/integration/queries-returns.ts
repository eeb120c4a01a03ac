/** Answers of docs/queries.md, "Return" and "Books and receipts", reckoned without SQL. */
import { by, type Fact, number, round, sum, within } from './queries-facts.js';
import { type Answers, inMarch, march, ordered, spentIn } from './queries-reckoning.js';

export const returns: Answers = {
  7: ({ daily, spend, posts }) => {
    const campaignOf = new Map(posts.map((post) => [post['post_id'], post['campaign_id']]));
    const spent = spentIn(spend, march.from, march.to).map((row) => ({
      ...row,
      campaign_id: row['campaign_id'] || (campaignOf.get(row['post_id'] ?? '') ?? ''),
      credit: 0,
    }));
    const earned = daily('campaign', { model: 'linear', ...march });
    const both = [...spent, ...earned.map((row) => ({ ...row, amount: 0 }))];
    const named = both.filter((row: Fact) => row['campaign_id'] !== '');
    const all = by(named, ['campaign_id', 'currency'], (key, group) => {
      const [gained, cost] = [sum(group, 'credit'), sum(group, 'amount')];
      const rosi = cost === 0 ? null : round((gained - cost) / cost, 4);
      return { ...key, revenue: gained, cost, rosi };
    });
    return ordered(all, 'currency', '-rosi', 'campaign_id');
  },
  8: ({ daily, spend }) => {
    const days = { from: '2026-01-01', to: '2026-03-31' };
    const earned = daily('post', { model: 'linear', ...days });
    const onPosts = spentIn(spend, days.from, days.to).filter((row) => row['post_id'] !== '');
    const all = by(onPosts, ['post_id', 'currency'], (key, group) => {
      const own = earned.filter(
        (row) => row['post_id'] === key['post_id'] && row['currency'] === key['currency'],
      );
      const [cost, gained] = [sum(group, 'amount'), sum(own, 'credit')];
      return { ...key, cost, revenue: gained, gain: gained - cost };
    });
    const lost = all.filter(({ gain }) => gain < 0);
    return ordered(lost, 'currency', 'gain', 'post_id');
  },
  9: ({ credits }) => {
    const rows = inMarch(credits, 'ordered_at').filter((row) => row['model'] === 'last_touch');
    const all = by(rows, ['currency'], (key, group) => {
      const of = group.filter((row) => row['touchpoint_id'] === 'unattributed');
      const [unattributed, net] = [sum(of, 'credit'), sum(group, 'credit')];
      return { ...key, unattributed, net, part: round(unattributed / net, 4) };
    });
    return ordered(all, 'currency');
  },
  10: ({ credits, orders }) => {
    const all = by(credits, ['model', 'currency'], (key, group) => {
      const own = orders.filter((order) => order['currency'] === key['currency']);
      const [credited, net] = [sum(group, 'credit'), sum(own, 'net')];
      return { ...key, credited, net, difference: 0 };
    });
    return ordered(all, 'currency', 'model');
  },
  11: ({ credits }) => {
    const columns = 'model type platform medium post_id influencer_id credit'.split(' ');
    const own = credits.filter((row) => row['order_id'] === '1001');
    const all = own.map((row) => ({
      ...Object.fromEntries(columns.map((name) => [name, row[name] ?? ''])),
      touched_at: new Date(number(row, 'touched_at')).toISOString().replace(/[TZ]/g, ' ').trim(),
      touchpoint_id: row['touchpoint_id'] ?? '',
      share: round(number(row, 'share'), 6),
    }));
    const sorted = ordered(all, 'model', 'touched_at', 'touchpoint_id');
    return sorted.map(({ touchpoint_id: _, ...shown }) => shown);
  },
  12: ({ credits }) => {
    const day = within(credits, 'ordered_at', '2026-03-10', '2026-03-11');
    const rows = day.filter((row) => row['model'] === 'linear' && row['post_id'] === 'p-1');
    const all = by(rows, ['order_id', 'currency'], (key, group) => ({
      ...key,
      revenue: sum(group, 'credit'),
      attributed: round(sum(group, 'share'), 6),
    }));
    return ordered(all, 'currency', '-revenue', 'order_id');
  },
};
