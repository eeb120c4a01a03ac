import { models } from '@rosi/attribution';
import { describe, expect, test } from 'vitest';
import { amountText, percentOf, returnText } from './amounts.js';
import { Attempts } from './attempts.js';
import { bookTables, checkBooks } from './books.js';
import { addressOf, readChoices, standardModels } from './choices.js';
import { dayOf, momentText, rangeOf, standardPeriod } from './days.js';
import { FiguresCache } from './figures-cache.js';
import { html } from './html.js';
import { Sessions, sessionMs } from './sessions.js';

test('html escapes what it is given, but not what it made', () => {
  const bad = `<b>"&'`;
  expect(html`<p title="${bad}">${html`<i>${bad}</i>`}${[1, null, 2n]}</p>`.text).toBe(
    '<p title="&lt;b&gt;&quot;&amp;&#39;"><i>&lt;b&gt;&quot;&amp;&#39;</i>12</p>',
  );
  expect(html`${'a\u0000b\u001bc\nd'}`.text).toBe('a\uFFFDb\uFFFDc\nd');
});

describe('choices', () => {
  test('an address and its choices are each other’s inverse', () => {
    const address = '/?model=last_touch&model=time_decay&period=90d&currency=EUR&order=a%26b+c';
    const choices = readChoices(new URL(address, 'http://x').searchParams);
    expect(choices).toEqual({
      models: ['last_touch', 'time_decay'],
      period: '90d',
      currency: 'EUR',
      openOrder: 'a&b c',
    });
    expect(addressOf(choices)).toBe(address);
  });

  test('what is not stated, or not known, is standard and leaves the address', () => {
    const choices = readChoices(new URLSearchParams('model=magic&period=year&currency='));
    expect(choices).toEqual({
      models: standardModels,
      period: null,
      currency: null,
      openOrder: null,
    });
    expect(addressOf(choices)).toBe('/');
  });
});

describe('days', () => {
  test('today is the time zone’s, and periods end with tomorrow', () => {
    const late = Date.UTC(2026, 1, 28, 23, 30);
    expect(dayOf(late, 'UTC')).toBe('2026-02-28');
    expect(dayOf(late, 'Europe/Paris')).toBe('2026-03-01');
    expect(rangeOf('7d', '2026-03-01')).toEqual({ from: '2026-02-23', to: '2026-03-02' });
  });

  test('the standard period has something to show', () => {
    expect(standardPeriod('2026-03-01', '2026-01-31')).toBe('30d');
    expect(standardPeriod('2026-03-01', '2026-01-30')).toBe('all');
    expect(standardPeriod('2026-03-01', null)).toBe('all');
  });

  test('moments are told in the time zone', () => {
    expect(momentText('2026-03-01 10:00:00.000', 'Asia/Tokyo')).toBe('1 Mar 2026, 19:00:00');
    expect(momentText('2026-03-01T10:00:00.000Z', 'UTC')).toBe('1 Mar 2026, 10:00:00');
  });
});

describe('amounts', () => {
  test.each([
    [123_450n, 'EUR', '€1,234.50'],
    [-5n, 'EUR', '-€0.05'],
    [5000n, 'JPY', '¥5,000'],
    [1_234n, 'KWD', 'KWD\u00a01.234'],
    // The browser's and Node's own tables would show no digits.
    [150n, 'HUF', 'HUF\u00a01.50'],
    // Beyond what a number holds.
    [9_007_199_254_740_993_01n, 'EUR', '€9,007,199,254,740,993.01'],
  ])('%s of %s is %s', (minor, currency, text) => {
    expect(amountText(minor, currency)).toBe(text);
  });

  test('the return on what was spent', () => {
    expect(returnText(12_990n, 4_000n)).toBe('+225 %');
    expect(returnText(0n, 4_000n)).toBe('−100 %');
    expect(returnText(4_000n, 4_000n)).toBe('0 %');
    expect(returnText(4_000n, 0n)).toBeNull();
  });

  test('bars are parts of the largest', () => {
    expect([percentOf(1n, 3n), percentOf(3n, 3n), percentOf(-1n, 3n), percentOf(1n, 0n)]).toEqual([
      33.3, 100, 0, 0,
    ]);
  });
});

describe('books', () => {
  const all = bookTables.flatMap((table) =>
    models.map((model) => ({ table, model, credit: 100n as bigint })),
  );

  test('balance when every model of every table has the net', () => {
    expect(checkBooks(100n, all).differences).toEqual([]);
    expect(checkBooks(0n, []).differences).toEqual([]);
  });

  test('a unit off, a model that is missing, one that should not be there: each is told', () => {
    const off = all.map((each, index) => (index === 3 ? { ...each, credit: 99n } : each));
    expect(checkBooks(100n, off).differences).toEqual([off[3]]);
    expect(checkBooks(100n, all.slice(1)).differences).toEqual([{ ...all[0], credit: 0n }]);
    const foreign = { table: 'post', model: 'magic', credit: 7n };
    expect(checkBooks(100n, [...all, foreign]).differences).toEqual([foreign]);
  });
});

describe('sessions and attempts', () => {
  test('sessions are bounded: the oldest go', () => {
    let now = 0;
    const sessions = new Sessions(() => now);
    const first = sessions.begin();
    for (let count = 0; count < 999; count += 1) sessions.begin();
    expect(sessions.isOpen(first)).toBe(true);
    const last = sessions.begin();
    expect([sessions.isOpen(first), sessions.isOpen(last)]).toEqual([false, true]);
    now = sessionMs;
    expect(sessions.isOpen(last)).toBe(false);
  });

  test('one address can not use up the attempts of all, but all together are bounded', () => {
    let now = 0;
    const attempts = new Attempts(() => now);
    for (let count = 0; count < 5; count += 1) attempts.failed('a');
    expect([attempts.waitSeconds('a'), attempts.waitSeconds('b')]).toEqual([60, 0]);
    for (let count = 0; count < 95; count += 1) attempts.failed(`c${count}`);
    expect(attempts.waitSeconds('b')).toBe(60);
    now = 59_001;
    expect(attempts.waitSeconds('b')).toBe(1);
    now = 60_000;
    expect([attempts.waitSeconds('a'), attempts.waitSeconds('b')]).toEqual([0, 0]);
    attempts.failed('a');
    now = -1; // A clock that was set back.
    expect(attempts.waitSeconds('a')).toBe(0);
  });
});

describe('the cache of figures', () => {
  const pipeline = (lastOffset: number) => ({
    settled: true,
    freshThrough: null,
    stages: [{ name: 'loader', lastOffset, lag: 0 }],
  });
  const choices = readChoices(new URLSearchParams());

  /** A database that is empty, and as slow as a test wants. */
  function readings(tookMs = 0) {
    let now = 0;
    let readings = 0;
    const query = async <T>(): Promise<T[]> => {
      readings += 1;
      now += tookMs;
      return [];
    };
    const source = {
      warehouse: { query },
      workspace: 'w',
      timezone: 'UTC',
      receipt: async () => null,
    };
    const cache = new FiguresCache(source, () => now);
    return {
      ask: (offset: number, asked = choices) => cache.read(asked, pipeline(offset)),
      count: () => readings,
      pass: (ms: number) => {
        now += ms;
      },
    };
  }

  test('reads once for all who ask, and again only when the loader has moved', async () => {
    const { ask, count, pass } = readings();
    await Promise.all([ask(1), ask(1)]);
    pass(60_000);
    await ask(1);
    expect(count()).toBe(1);
    await ask(2);
    await ask(3); // Within the same second.
    expect(count()).toBe(2);
    pass(1_000);
    await ask(3);
    expect(count()).toBe(3);
    await ask(3, { ...choices, period: '7d' });
    expect(count()).toBe(4);
  });

  test('what took long is kept longer', async () => {
    const { ask, count, pass } = readings(2_000);
    await ask(1);
    pass(7_999);
    await ask(2);
    expect(count()).toBe(1);
    pass(1);
    await ask(2);
    expect(count()).toBe(2);
  });

  test('a reading that failed is not kept', async () => {
    let fails = true;
    const query = async <T>(): Promise<T[]> => {
      if (fails) throw new Error('away');
      return [];
    };
    const source = {
      warehouse: { query },
      workspace: 'w',
      timezone: 'UTC',
      receipt: async () => null,
    };
    const cache = new FiguresCache(source, () => 0);
    await expect(cache.read(choices, pipeline(1))).rejects.toThrow('away');
    fails = false;
    expect(await cache.read(choices, pipeline(1))).toBeNull();
  });
});
