/**
 * The answers to the questions of docs/queries.md, reckoned without SQL from the oracle's tables and
 * the shop's own knowledge. By number; rows in the order that the statement promises.
 */
import {
  by,
  type Fact,
  type Facts,
  giveOrTake,
  monthOf,
  number,
  round,
  sum,
  within,
} from './queries-facts.js';

export type Answer = readonly Readonly<Record<string, string | number | boolean | null>>[];
type Line = Answer[number];

const march = { from: '2026-03-01', to: '2026-03-31' };
const inMarch = (rows: readonly Fact[], column: string) =>
  within(rows, column, '2026-03-01', '2026-04-01');

/** By columns in turn, `-` before a name: falling. Nulls are last. */
function ordered(rows: Answer, ...columns: readonly string[]): Answer {
  const compare = (a: Line, b: Line) => {
    for (const column of columns) {
      const name = column.replace('-', '');
      const [left, right] = [a[name] ?? null, b[name] ?? null];
      if (left === right) continue;
      if (left === null || right === null) return left === null ? 1 : -1;
      return (left < right ? -1 : 1) * (column.startsWith('-') ? -1 : 1);
    }
    return 0;
  };
  return [...rows].sort(compare);
}

const revenue: Readonly<Record<number, (facts: Facts) => Answer>> = {
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
    const rows = daily('influencer', march).filter((row) => row['influencer_id'] !== '');
    const models = ['first_touch', 'last_touch', 'linear', 'position_based', 'time_decay'];
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

const spentIn = (spend: readonly Fact[], from: string, to: string) =>
  spend.filter((row) => String(row['date']) >= from && String(row['date']) <= to);

const returned: typeof revenue = {
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

const customers: typeof revenue = {
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
    const own = orders.filter((row) => row['person_id'] !== '' && row['currency'] === 'EUR');
    const persons = by(own, ['person_id'], (_, group) => {
      const times = group.map((row) => number(row, 'occurred_at'));
      const first = Math.min(...times);
      const again = times.some((at) => at > first && at <= first + 90 * 86_400_000);
      return { won: monthOf(first), again, net: sum(group, 'net') };
    });
    const all = by(persons, ['won'], (key, group) => ({
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
    const rows = within(known, 'occurred_at', '1970-01-01', '2026-07-01');
    const persons = by(rows, ['person_id'], (_, group) => ({
      silent: group.every((row) => number(row, 'occurred_at') < Date.UTC(2026, 0, 1)),
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

const content: typeof revenue = {
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
    const clicks = inMarch(touchpoints, 'occurred_at').filter(
      (row) => row['type'] === 'click' && row['post_id'] !== '',
    );
    const earned = daily('post', { model: 'last_touch', ...march });
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

export const answers = { ...revenue, ...returned, ...customers, ...content };
