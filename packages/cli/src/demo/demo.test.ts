import { expect, test } from 'vitest';
import { judgeBatch, judgeContext } from '../import/judge.js';
import { catalogueEvents, type DemoEvent } from './catalogue.js';
import { Chance } from './chance.js';
import { createShop, dayMs, yearDays } from './shop.js';
import { arrivals, yearTimes } from './stream.js';
import { misplaced, type TruthRow, truthText } from './truth.js';

const until = Date.UTC(2026, 5, 30);
const orders = 600;

function yearOf(seed: number): DemoEvent[] {
  const shop = createShop(seed);
  const setting = { shop, prefix: `s${seed}n`, orderPrefix: `D${seed}-`, until };
  const told = [...arrivals(setting, orders, yearTimes(seed, orders, until))].flat();
  return [...catalogueEvents(shop, until), ...told];
}

const events = yearOf(1);
const of = (type: string) => events.filter((event) => event['type'] === type);
// What a test reads of an event; a wrong shape fails it.
const field = <T>(event: DemoEvent, name: string) => event[name] as T;
const timeOf = (event: DemoEvent) => Date.parse(field<string>(event, 'occurred_at'));
const causeOf = (event: DemoEvent) =>
  field<{ caused_by?: string } | undefined>(event, 'properties')?.caused_by;

test('one seed, one shop; another seed, another one', () => {
  expect(yearOf(1)).toEqual(events);
  expect(yearOf(2)).not.toEqual(events);
  expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(events.length);
});

test('the product accepts every event', () => {
  const batch = events.map((event, line) => ({ line, event, json: JSON.stringify(event) }));
  const verdict = judgeBatch(batch, judgeContext('key', until));
  expect(verdict).toMatchObject({ rejected: 0, accepted: events.length });
});

test('it all happened within the year, touches before their orders', () => {
  const begin = until - (yearDays + 60) * dayMs;
  expect(events.filter((event) => timeOf(event) < begin || timeOf(event) > until)).toEqual([]);
});

test('every order has its planted cause, and what persuades nobody causes nothing', () => {
  const causes = of('purchase').map(causeOf);
  const told = causes.filter((cause) => cause !== undefined);
  expect(told).toHaveLength(orders);
  const posts = new Set(createShop(1).posts.map(({ postId }) => postId));
  expect(told.filter((cause) => cause !== '' && !posts.has(cause))).toEqual([]);
  expect(told).not.toContain('ad-brand-search');
  expect(told).not.toContain('ad-retargeting');
  const clicked = of('click').map((event) => field<string>(event, 'post_id'));
  expect(clicked.filter((post) => post === 'ad-brand-search').length).toBeGreaterThan(orders / 5);
  expect(told.filter((cause) => cause === '').length / orders).toBeCloseTo(0.22, 1);
});

test('a caused order has a click on its cause, by one of its person’s browsers, before it', () => {
  const clicks = new Set(
    of('click').map((event) => {
      const [, story] = /^demo-(.*)-/.exec(event.event_id) ?? [];
      return `${story} ${field<string>(event, 'post_id')}`;
    }),
  );
  for (const event of of('purchase')) {
    const cause = causeOf(event);
    const [, story] = /^demo-(.*)-webhook$/.exec(event.event_id) ?? [];
    if (cause !== undefined && cause !== '') expect(clicks).toContain(`${story} ${cause}`);
  }
});

test('what makes a shop hard is there: late webhooks, shared tablets, bots, refunds, refusals', () => {
  const places = new Map(events.map(({ event_id }, index) => [event_id, index]));
  const late = of('purchase').filter(({ event_id }) => {
    const next = places.get(
      event_id.replace(/n(\d+)-webhook/, (_, n) => `n${Number(n) + 1}-thanks`),
    );
    return event_id.endsWith('-webhook') && (places.get(event_id) ?? 0) > (next ?? Infinity);
  });
  expect(late.length).toBeGreaterThan(orders / 20);
  const users = new Map<string, Set<string>>();
  for (const event of of('identify')) {
    const { anonymous_id, user_id } = field<Record<string, string>>(event, 'identifiers');
    users.set(`${anonymous_id}`, (users.get(`${anonymous_id}`) ?? new Set()).add(`${user_id}`));
  }
  expect([...users.values()].filter((of) => of.size > 1).length).toBeGreaterThan(0);
  expect(events.filter((event) => 'user_agent' in event).length).toBeGreaterThan(orders / 20);
  expect(events.filter((event) => 'consent' in event).length).toBeGreaterThan(0);
  expect(of('refund').length).toBeGreaterThan(orders / 25);
  const currencies = of('purchase').map((event) => field<{ currency?: string }>(event, 'order'));
  expect(new Set(currencies.map(({ currency }) => currency ?? ''))).toEqual(
    new Set(['', 'EUR', 'USD', 'JPY']),
  );
});

test('a few buy often and most once', () => {
  const buyers = new Map<string, number>();
  for (const event of of('purchase')) {
    const { customer_id } = field<Record<string, string>>(event, 'identifiers');
    if (customer_id !== undefined) buyers.set(customer_id, (buyers.get(customer_id) ?? 0) + 1);
  }
  const counts = [...buyers.values()];
  expect(Math.max(...counts)).toBeGreaterThan(4);
  expect(counts.filter((count) => count === 1).length).toBeGreaterThan(counts.length / 2);
});

test('chance is even, and the names of a seed are independent', () => {
  const chance = new Chance(7, 'a');
  const drawn = Array.from({ length: 10_000 }, () => chance.fraction());
  expect(drawn.reduce((sum, each) => sum + each, 0) / drawn.length).toBeCloseTo(0.5, 1);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...drawn)).toBeLessThan(1);
  const firsts = Array.from({ length: 1_000 }, (_, n) => new Chance(7, `story ${n}`).fraction());
  expect(new Set(firsts).size).toBe(1_000);
  expect(firsts.reduce((sum, each) => sum + each, 0) / 1_000).toBeCloseTo(0.5, 1);
});

test('what a model gives to the wrong post is half of all differences', () => {
  const row = (postId: string, caused: bigint, credit: bigint): TruthRow => ({
    postId,
    caused,
    credits: new Map([['linear', credit]]),
  });
  const rows = [row('a', 100n, 70n), row('b', 0n, 50n), row('', 20n, 0n)];
  expect(misplaced(rows, 'linear')).toBe(50n);
  expect(misplaced(rows, 'last_touch')).toBe(60n);
});

test('the table of the truth adds up, with the posts that it does not name', () => {
  const rows = Array.from(
    { length: 15 },
    (_, n): TruthRow => ({
      postId: n === 0 ? '' : `p-${n}`,
      caused: 1_000n - BigInt(n),
      credits: new Map([['linear', 500n]]),
    }),
  );
  const lines = truthText(rows).split('\n');
  expect(lines.filter((line) => /^(p-|\(no post\))/.test(line))).toHaveLength(12);
  expect(lines).toContainEqual(expect.stringMatching(/^other posts \(3\) +29\.61 .*15\.00/));
  expect(lines).toContainEqual(expect.stringMatching(/^sum +148\.95 .*75\.00/));
  expect(truthText(rows.slice(0, 3))).not.toContain('other posts');
});
