/**
 * Refunds, spend and touchpoints of CSV files, the ways in which spreadsheets write one and the
 * same table, and what is said of files that can't be read as they are.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, removeDataDir, startProduct } from '../harness/product.js';
import { fileIn, importReport, reportOf, runImport } from './import-command.js';
import { fingerprint } from './import-tables.js';

const testMsMax = 120_000;
const stackTrace = /^\s+at .+:\d+:\d+\)?$/m;
let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(async () => {
  await product?.kill();
  if (product !== undefined) await removeDataDir(product.dataDir);
});

/** An import that must be refused before anything is sent: exit code 2 and one clear message. */
async function refusal(words: readonly string[]): Promise<string> {
  const answer = await runImport(product.dataDir, words);
  expect(answer).toMatchObject({ code: 2, stdout: '' });
  expect(answer.stderr).not.toMatch(stackTrace);
  return answer.stderr;
}

async function ordersFound(): Promise<unknown> {
  const rows = await product.sql('SELECT count() AS orders FROM orders_current');
  return rows[0]?.['orders'];
}

/** As a spreadsheet in German writes them: semicolons, decimal commas, the day first. */
const germanOrders = [
  'Nummer;Datum;Summe;Kunde;Artikel',
  'g-1;05.05.2024 09:30;1.234,50;müller;Café crème',
  'g-2;06.05.2024 23:15;12,00;straße;"Brot; frisch"',
  'g-3;31.12.2023 00:30;0,99;müller;Käse',
];
const germanFlags = [
  ...['--map', 'order_id=Nummer,occurred_at=Datum,total=Summe,customer_id=Kunde,item_name=Artikel'],
  ...['--decimal', ',', '--dates', 'dmy', '--timezone', 'Europe/Berlin', '--currency', 'EUR'],
];
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
const encodings: readonly (readonly [string, string, Uint8Array])[] = [
  ['UTF-8', 'utf-8', Buffer.from(`${germanOrders.join('\n')}\n`)],
  ['a byte order mark and CRLF', 'utf-8', Buffer.from(`\ufeff${germanOrders.join('\r\n')}\r\n`)],
  ['latin1 without a last line end', 'latin1', latin1(germanOrders.join('\r\n'))],
  ['UTF-16', 'utf-16le', utf16(`${germanOrders.join('\r\n')}\r\n`)],
];

describe('what is wrong with a file or a flag is told, and nothing is sent', () => {
  const header = 'order_id,date,total,currency,customer_id';

  it('a time without a zone: the line, the flag, exit code 2', async () => {
    const path = await fileIn(
      product,
      'zone.csv',
      `${header}\nz-1,2024-05-05T10:00:00Z,1.00,EUR,z\nz-2,2024-05-05 10:00,1.00,EUR,z\n`,
    );
    const told = await refusal(['orders', path]);
    expect(told).toContain('Line 3');
    expect(told).toContain('--timezone');
  });

  it('a mapping to a column that is not there, or of a field that is none', async () => {
    const path = await fileIn(product, 'map.csv', `${header}\nm-1,2024-05-05,1.00,EUR,m\n`);
    const missing = await refusal(['orders', path, '--map', 'total=Summe', '--timezone', 'UTC']);
    expect(missing).toContain('"Summe"');
    expect(missing).toContain('order_id, date, total, currency, customer_id');
    const unknown = await refusal(['orders', path, '--map', 'sum=total', '--timezone', 'UTC']);
    expect(unknown).toContain('"sum"');
    expect(unknown).toContain('total');
    expect(await refusal(['orders', path, '--map', 'total'])).toContain('--map');
  });

  it('a file without the columns, empty, or not there', async () => {
    const bare = await fileIn(product, 'bare.csv', 'number,paid\n1,2\n');
    const told = await refusal(['orders', bare, '--timezone', 'UTC']);
    expect(told).toContain('order_id, occurred_at, total');
    expect(told).toContain('--map');
    const empty = await fileIn(product, 'empty.csv', '');
    expect(await refusal(['orders', empty, '--timezone', 'UTC'])).toContain('empty');
    expect(await refusal(['orders', `${bare}.none`])).toContain('bare.csv.none');
    expect(await refusal(['orders', bare, '--timezone', 'Mars/Olympus'])).toContain('--timezone');
  });

  it('a column of the wrong kind: every line with its reason, exit code 1', async () => {
    const rows = ['w-1,2024-05-05,1.00,EUR,ann', 'w-2,2024-05-06,2.00,EUR,bob'];
    const path = await fileIn(product, 'wrong.csv', [header, ...rows].join('\n'));
    const words = ['orders', path, '--timezone', 'UTC', '--map', 'total=customer_id'];
    const answer = await runImport(product.dataDir, words);
    expect(answer.code).toBe(1);
    expect(answer.stdout).toContain('line 2: amount_unreadable: total "ann" is no amount');
    expect(answer.stdout).toContain('is --map total=customer_id right?');
    expect(answer.stdout).toContain('Nothing was sent. Mend the mapping (--map)');
    expect(answer.stdout).toContain('line 3: amount_unreadable: total "bob" is no amount');
    expect(answer.stdout).toMatch(/^ {2}rejected: 2$/m);
  });

  it('a decimal comma that was not named is never read as another amount', async () => {
    const path = await fileIn(product, 'comma.csv', Buffer.from(germanOrders.join('\n')));
    const words = ['orders', path, ...germanFlags, '--decimal', '.', '--json'];
    const report = reportOf(await runImport(product.dataDir, words), 1);
    expect(report).toMatchObject({ sent: 0, rejectedByCode: { amount_unreadable: 3 } });
    expect(report.firstRejected[0]).toMatchObject({
      line: 2,
      message: expect.stringContaining('--decimal ,'),
    });
  });

  it('the wrong key, and a product that does not run', async () => {
    const path = await fileIn(product, 'ok.csv', `${header}\nk-1,2024-05-05,1.00,EUR,k\n`);
    const words = ['orders', path, '--timezone', 'UTC'];
    const wrong = await runImport(product.dataDir, words, { ROSI_SECRET_KEY: 'sk_wrong' });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('ROSI_SECRET_KEY') });
    const elsewhere = await runImport(product.dataDir, [...words, '--data-dir', '/nonexistent']);
    expect(elsewhere).toMatchObject({ code: 2, stderr: expect.stringContaining('ROSI_DATA_DIR') });
  });

  it('all in all, nothing was sent', async () => {
    await product.settle();
    expect(await product.sql('SELECT count() AS events FROM events_current')).toEqual([
      { events: 0 },
    ]);
  });

  it('of good and bad rows the good ones are taken, and the bad ones told', async () => {
    const rows = [
      'b-1,2024-05-05,1.00,EUR,b',
      'b-2,2024-05-05,1.005,EUR,b',
      'b-3,05/06/2024,1.00,EUR,b',
      'b-4,2024-05-05,1.00,euro,b',
      'b-5,2024-05-05,500,JPY,b',
      ',2024-05-05,1.00,EUR,b',
    ];
    const path = await fileIn(product, 'mixed.csv', [header, ...rows].join('\n'));
    const words = ['orders', path, '--timezone', 'UTC', '--json'];
    const report = reportOf(await runImport(product.dataDir, words), 1);
    expect(report).toMatchObject({ sent: 4, accepted: 2, rejected: 4 });
    const dry = reportOf(await runImport(product.dataDir, [...words, '--dry-run']), 1);
    expect(dry).toMatchObject({ accepted: 2, rejectedByCode: report.rejectedByCode });
    expect(report.firstRejected.map(({ line }) => line).sort()).toEqual([3, 4, 5, 7]);
    await product.settle();
    expect(
      await product.sql('SELECT order_id, gross, currency FROM orders_current ORDER BY order_id'),
    ).toEqual([
      { order_id: 'b-1', gross: 100, currency: 'EUR' },
      { order_id: 'b-5', gross: 500, currency: 'JPY' },
    ]);
  });
});

describe('one table in the ways of several programs', () => {
  let first: unknown = null;
  it.each(encodings)(
    '%s: read as %s, to the same tables',
    async (name, encoding, content) => {
      const path = await fileIn(product, `german ${name}.csv`, content);
      const report = await importReport(product, ['orders', path, ...germanFlags]);
      expect(report).toMatchObject({ sent: 3, accepted: 3 });
      expect(report.reading).toMatchObject({ encoding, separator: '";"' });
      await product.settle();
      expect(
        await product.sql(`SELECT order_id, gross,
          formatDateTime(occurred_at, '%Y-%m-%d %H:%i') AS occurred_at
          FROM orders_current WHERE order_id LIKE 'g-%' ORDER BY order_id`),
      ).toEqual([
        { order_id: 'g-1', gross: 123_450, occurred_at: '2024-05-05 07:30' },
        { order_id: 'g-2', gross: 1_200, occurred_at: '2024-05-06 21:15' },
        { order_id: 'g-3', gross: 99, occurred_at: '2023-12-30 23:30' },
      ]);
      expect(
        await product.sql(`SELECT identifier FROM identities_current
          WHERE identifier_type = 'customer_id' AND identifier != 'b' ORDER BY identifier`),
      ).toEqual([{ identifier: 'müller' }, { identifier: 'straße' }]);
      first ??= await fingerprint(product);
      expect(await fingerprint(product)).toEqual(first);
    },
    testMsMax,
  );
});

describe('refunds, spend and touchpoints', () => {
  const importTwice = async (words: readonly string[]) => {
    const report = await importReport(product, words);
    await product.settle();
    const before = await fingerprint(product);
    expect(await importReport(product, words)).toMatchObject({ accepted: report.accepted });
    await product.settle();
    expect(await fingerprint(product)).toEqual(before);
    return report;
  };

  it(
    'touchpoints are credited to the orders of their customers',
    async () => {
      const orders = [
        'order_id,date,total,currency,customer_id',
        't-1,2024-06-10T12:00:00Z,100.01,EUR,ann',
        't-2,2024-06-10T12:00:00Z,50.00,EUR,bob',
      ];
      const touches = [
        'started_at,visitor,customer_id,type,url,referrer,utm_source,utm_medium,post_id,platform,medium',
        // Ann: a newsletter, a click on a post, and a direct visit, which the others ignore.
        '2024-06-01 10:00:00,v-1,ann,,/,,news,email,,,',
        '2024-06-02 10:00:00,v-1,,click,,,,,p-9,mastodon,social',
        '2024-06-03 10:00:00,v-1,,,/shoes,,,,,,',
        // Bob: too early by a day, and one from a search engine; and one after the order.
        '2024-05-10 11:59:59,v-2,bob,click,,,,,p-9,mastodon,social',
        '2024-06-09 10:00:00,v-2,,,/,https://www.google.com/,,,,,',
        '2024-06-11 10:00:00,v-2,,click,,,,,p-9,mastodon,social',
      ];
      const ordersPath = await fileIn(product, 'touch-orders.csv', orders.join('\n'));
      const touchPath = await fileIn(product, 'touch.csv', `${touches.join('\n')}\n`);
      await importTwice(['orders', ordersPath]);
      const flags = ['--timezone', 'UTC', '--site', 'https://shop.example.com'];
      const words = ['touchpoints', touchPath, '--map', 'anonymous_id=visitor', ...flags];
      expect(await importTwice(words)).toMatchObject({ sent: 6, accepted: 6, rejected: 0 });
      expect(
        await product.sql(`SELECT medium, count() AS found FROM touchpoints_current
          GROUP BY medium ORDER BY medium`),
      ).toEqual([
        { medium: 'direct', found: 1 },
        { medium: 'email', found: 1 },
        { medium: 'organic', found: 1 },
        { medium: 'social', found: 3 },
      ]);
      expect(
        await product.sql(`SELECT order_id, model, medium, post_id, credit FROM credits_current
          WHERE order_id LIKE 't-%' AND model IN ('linear', 'last_touch')
          ORDER BY order_id, model, touched_at`),
      ).toEqual([
        { order_id: 't-1', model: 'last_touch', medium: 'direct', post_id: '', credit: 10_001 },
        { order_id: 't-1', model: 'linear', medium: 'email', post_id: '', credit: 5_001 },
        { order_id: 't-1', model: 'linear', medium: 'social', post_id: 'p-9', credit: 5_000 },
        { order_id: 't-2', model: 'last_touch', medium: 'organic', post_id: '', credit: 5_000 },
        { order_id: 't-2', model: 'linear', medium: 'organic', post_id: '', credit: 5_000 },
      ]);
    },
    testMsMax,
  );

  it(
    'refunds: with and without ids, of either sign, twice the same, in another currency',
    async () => {
      const refunds = [
        'refund_id,order_id,refunded_at,amount,currency',
        'r-1,t-1,2024-06-20T10:00:00Z,10.00,EUR',
        ',t-1,2024-06-21T10:00:00Z,-5.00,EUR',
        ',t-1,2024-06-21T10:00:00Z,-5.00,EUR',
        'r-2,t-2,2024-06-20T10:00:00Z,20.00,USD',
        'r-3,t-2,2024-06-20T10:00:00Z,60.00,EUR',
      ];
      const path = await fileIn(product, 'refunds.csv', refunds.join('\r\n'));
      expect(await importTwice(['refunds', path])).toMatchObject({ sent: 5, accepted: 5 });
      expect(
        await product.sql(`SELECT order_id, gross, refunded, net FROM orders_current
          WHERE order_id LIKE 't-%' ORDER BY order_id`),
      ).toEqual([
        { order_id: 't-1', gross: 10_001, refunded: 2_000, net: 8_001 },
        { order_id: 't-2', gross: 5_000, refunded: 6_000, net: 0 },
      ]);
      expect(
        await product.sql(`SELECT order_id, sum(credit) AS credit FROM credits_current
          WHERE order_id LIKE 't-%' AND model = 'time_decay' GROUP BY order_id`),
      ).toEqual([{ order_id: 't-1', credit: 8_001 }]);
    },
    testMsMax,
  );

  it(
    'spend: a corrected file replaces the amounts of the one before',
    async () => {
      const spendOf = (amounts: readonly string[]) =>
        [
          'Day,Amount spent,Currency,campaign_id,platform',
          `2024-06-01,"${amounts[0]}",EUR,spring,`,
          `2024-06-01,"${amounts[1]}",EUR,,instagram`,
          `2024-06-02,"${amounts[2]}",USD,,instagram`,
          `2024-06-02,"${amounts[2]}",USD,,instagram`,
        ].join('\n');
      const importSpend = async (name: string, amounts: readonly string[]) => {
        const path = await fileIn(product, name, spendOf(amounts));
        const words = ['spend', path, '--map', 'date=Day,amount=Amount spent,currency=Currency'];
        expect(await importTwice(words)).toMatchObject({ sent: 4, accepted: 4 });
        return product.sql(`SELECT toString(date) AS date, currency, campaign_id, platform,
          sum(amount) AS amount FROM spend GROUP BY ALL ORDER BY date, campaign_id`);
      };
      const expected = (a: number, b: number, c: number) => [
        {
          ...{ date: '2024-06-01', currency: 'EUR', campaign_id: '', platform: 'instagram' },
          amount: b,
        },
        {
          ...{ date: '2024-06-01', currency: 'EUR', campaign_id: 'spring', platform: '' },
          amount: a,
        },
        {
          ...{ date: '2024-06-02', currency: 'USD', campaign_id: '', platform: 'instagram' },
          amount: 2 * c,
        },
      ];
      expect(await importSpend('spend.csv', ['1,000.00', '20.50', '3.00'])).toEqual(
        expected(100_000, 2_050, 300),
      );
      expect(await importSpend('spend-2.csv', ['1,000.00', '25.50', '4.00'])).toEqual(
        expected(100_000, 2_550, 400),
      );
    },
    testMsMax,
  );

  it('all orders of this file are still there, each once', async () => {
    expect(await ordersFound()).toBe(2 + 3 + 2);
  });
});
