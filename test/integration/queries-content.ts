/** Answers of docs/queries.md, "Content" and "Coupons and programmes", reckoned without SQL. */
import {
  by,
  type Fact,
  type Facts,
  giveOrTake,
  number,
  round,
  sum,
  within,
} from './queries-facts.js';
import { type Answers, inMarch, ordered } from './queries-reckoning.js';

const publishedInMarch = ({ shop }: Facts) =>
  [...shop.posts].filter(
    ([, { published }]) => published >= Date.UTC(2026, 2, 1) && published < Date.UTC(2026, 3, 1),
  );
const dateOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const earnedBy = (rows: readonly Fact[], post: string) =>
  sum(
    rows.filter((row) => row['post_id'] === post && row['currency'] === 'EUR'),
    'credit',
  );

export const content: Answers = {
  20: (facts) => {
    const posts = publishedInMarch(facts).map(([post, { published }]) => {
      const to = dateOf(published + 7 * 86_400_000);
      const rows = facts.daily('post', { model: 'linear', from: '2026-03-01', to });
      const at = new Date(published);
      const weekday = at.getUTCDay() === 0 ? 7 : at.getUTCDay();
      return { weekday, hour: at.getUTCHours(), earned: earnedBy(rows, post) };
    });
    const all = by(posts, ['weekday', 'hour'], (key, group) => ({
      ...key,
      posts: group.length,
      revenue: sum(group, 'earned'),
      each: round(sum(group, 'earned') / group.length),
    }));
    return ordered(all, '-each', 'weekday', 'hour');
  },
  21: (facts) => {
    const rows = facts.daily('post', { model: 'linear', from: '2026-03-01', to: '2026-04-30' });
    const posts = publishedInMarch(facts).map(([post, { format, topic }]) => ({
      format,
      topic,
      earned: earnedBy(rows, post),
    }));
    const all = by(posts, ['format', 'topic'], (key, group) => ({
      ...key,
      posts: group.length,
      revenue: sum(group, 'earned'),
      each: round(sum(group, 'earned') / group.length),
      give_or_take: giveOrTake(group.map((row) => number(row, 'earned'))),
    }));
    return ordered(all, '-each', 'format', 'topic');
  },
  22: ({ events }) => {
    const rows = inMarch(events, 'occurred_at').filter(
      (row) => row['type'] === 'interaction' && row['bot'] === false,
    );
    const all = by(rows, ['platform', 'interaction_kind'], (key, group) => ({
      ...key,
      reactions: group.length,
    }));
    return ordered(all, 'platform', '-reactions', 'interaction_kind');
  },
  23: ({ events }) => {
    const talk = ['comment', 'mention', 'reply', 'review', 'message'];
    const rows = within(events, 'occurred_at', '2026-03-03', '2026-04-01').filter(
      (row) => talk.includes(String(row['interaction_kind'])) && row['bot'] === false,
    );
    const all = by(rows, ['platform'], (key, group) => {
      const today = within(group, 'occurred_at', '2026-03-31', '2026-04-01').length;
      const usual = round((group.length - today) / 28, 2);
      return { ...key, today, usual, more: today - usual };
    });
    const waves = ordered(
      all.filter(({ today, usual }) => today > 2 * usual),
      '-more',
      'platform',
    );
    return waves.map(({ more: _, ...shown }) => shown);
  },
  24: ({ touchpoints, daily }) => {
    const clicks = within(touchpoints, 'occurred_at', '2026-03-01', '2026-03-16').filter(
      (row) => row['type'] === 'click' && row['post_id'] !== '',
    );
    const earned = daily('post', { model: 'last_touch', from: '2026-03-01', to: '2026-03-15' });
    const all = by(clicks, ['post_id'], (key, group) => {
      const own = earned.filter((row) => row['post_id'] === key['post_id']);
      const orders = round(sum(own, 'orders'), 2);
      const conversion = round(orders / group.length, 4);
      return { ...key, clicks: group.length, attributed_orders: orders, conversion };
    });
    return ordered(all, '-conversion', '-clicks', 'post_id').slice(0, 20);
  },
  25: ({ credits }) => {
    const rows = inMarch(credits, 'ordered_at')
      .filter((row) => row['model'] === 'last_touch')
      .map((row): Fact => ({ ...row, by_coupon: Number(row['type'] === 'coupon') }))
      .filter((row) => row['by_coupon'] === 1 || row['program_id'] !== '');
    const names = ['by_coupon', 'program_id', 'influencer_id', 'currency'];
    const all = by(rows, names, (key, group) => ({
      ...key,
      orders: round(sum(group, 'share'), 2),
      revenue: sum(group, 'credit'),
    }));
    return ordered(all, 'currency', '-revenue', 'by_coupon', 'program_id', 'influencer_id');
  },
};
