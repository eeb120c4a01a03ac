import { defaultSettings } from '@rosi/attribution';
import { RosiError } from '@rosi/service-kit';
import { describe, expect, it } from 'vitest';
import { createProgram } from './program.js';
import { amountText, receiptText } from './reading/explain.js';
import { clickhouseError, tableText } from './reading/query.js';
import { receiptDocument } from './start/receipt.js';
import { describeFailure } from './terminal/terminal.js';
import { writtenTerminal } from './testing/index.js';

async function run(words: string[], env: Record<string, string> = {}) {
  const written = { out: '', err: '', exitCode: 0 };
  const terminal = writtenTerminal(written);
  const setExitCode = (code: number) => {
    written.exitCode = code;
  };
  const program = createProgram({ terminal, env, setExitCode });
  const thrown = await program.parseAsync(words, { from: 'user' }).then(
    () => null,
    (error: unknown) => error,
  );
  return { ...written, thrown };
}

const commands = [
  [],
  ['start'],
  ['status'],
  ['explain', 'order'],
  ['query'],
  ['check'],
  ['backup'],
  ['restore'],
  ['webhook'],
  ...['add', 'list', 'remove'].map((verb) => ['webhook', verb]),
  ['import'],
  ...['events', 'access-log', 'orders', 'refunds', 'spend', 'touchpoints'].map((kind) => [
    'import',
    kind,
  ]),
];

describe('help', () => {
  it.each(commands.filter((words) => words.length > 0 && words[0] !== 'import').map((w) => [w]))(
    'of %j has examples',
    async (words) => {
      expect((await run([...words, '--help'])).out).toContain('Examples:\n  $ ');
    },
  );
  it('lists the commands', async () => {
    expect((await run(['--help'])).out).toMatch(/start[\s\S]+status[\s\S]+explain[\s\S]+import/);
    expect((await run(['--help'])).out).toContain('In a clone write `npx rosi`');
    expect((await run(['import', 'orders', '--help'])).out).toContain('--timezone <name>');
  });
  it('tells the version', async () => {
    expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('wrong use', () => {
  it.each([
    [['strat'], 'unknown command'],
    [['explain', '1001'], 'rosi explain order 1001'],
    [['status', '--wait', 'long'], 'seconds'],
    [['query', '--json', '--csv', 'SELECT 1'], 'cannot be used with'],
    [['import', 'access-log', 'x.log'], '--site'],
    [['import', 'orders', 'x.csv', '--dates', 'ydm'], 'dmy'],
  ])('%j names the mistake', async (words, text) => {
    const { err, thrown } = await run(words);
    expect(thrown).not.toBeNull();
    expect(err).toContain(text);
  });
  it('says how to start when nothing runs', async () => {
    const { thrown } = await run(['status'], { ROSI_DATA_DIR: '/nonexistent' });
    expect(describeFailure(thrown)).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('rosi start'),
    });
  });
});

it('shows a stack for a fault of ours alone', () => {
  expect(describeFailure(new RosiError('ROSI_USAGE_INVALID', 'm'))).toEqual({
    message: 'm',
    exitCode: 2,
  });
  expect(describeFailure(new Error('boom')).message).toContain('program.test');
});

it('writes amounts by the digits of their currency', () => {
  expect(amountText(5, 'EUR')).toBe('0.05 EUR');
  expect(amountText(-12_345, 'EUR')).toBe('-123.45 EUR');
  expect(amountText(700, 'JPY')).toBe('700 JPY');
  expect(amountText(1_234, 'KWD')).toBe('1.234 KWD');
});

it('draws tables, and passes other formats on', () => {
  const body = { meta: [{ name: 'n', type: 'UInt8' }], data: [['5'], [null]] };
  expect(tableText(JSON.stringify(body))).toBe('n\n5\n\n(2 rows)\n');
  expect(tableText('a\tb')).toBe('a\tb\n');
  const error = 'Code: 62. DB::Exception:\n Syntax error: x.\n Expected one of: a, b. (version 1)';
  expect(clickhouseError(error)).toBe('Code: 62. DB::Exception: Syntax error: x.');
});

it('says that cells were cut, and what helps against an error', () => {
  const body = { meta: [{ name: 'n', type: 'String' }], data: [['a'.repeat(61)], ['b']] };
  expect(tableText(JSON.stringify(body))).toMatch(/\(2 rows\)\nCells that end with … .*--csv/);
  const unknown = 'Code: 47. DB::Exception: Unknown x. (UNKNOWN_IDENTIFIER) (version 1)';
  expect(clickhouseError(unknown)).toMatch(/\)\ndocs\/tables\.md .*DESCRIBE/);
  const readonly = 'Code: 164. DB::Exception: Cannot drop. (READONLY) (version 1)';
  expect(clickhouseError(readonly)).toContain('`rosi query` only reads.');
});

it('says what a dash in a receipt means, where one stands', () => {
  const line = (credit: number, reason: string | null) => ({ credit, share: 0, reason });
  const touch = {
    touchpoint_id: 't',
    type: 'click',
    occurred_at: '2026-03-01T10:00:00Z',
    platform: 'mastodon',
    medium: 'social',
    post_id: '',
    influencer_id: '',
    campaign_id: '',
    status: 'credited',
    reason: null,
  };
  const order = {
    order_id: '1',
    person_id: 'p',
    occurred_at: '2026-03-02T10:00:00Z',
    currency: 'EUR',
    gross: 100,
    tax: 0,
    shipping: 0,
    refunded: 0,
    net: 100,
    new_customer: true,
    coupon_codes: [],
    touchpoints_cut: false,
  };
  const receipt = (reason: string | null) => ({
    order,
    models: ['linear'],
    touchpoints: [{ ...touch, models: { linear: line(100, reason) } }],
    unattributed: {},
    refused: {},
    consistent: true,
  });
  expect(receiptText(receipt('not_first'))).toContain('- means: this model gives it nothing');
  expect(receiptText(receipt(null))).toContain('Order 1 of 2026-03-02 10:00:00 UTC\n');
  expect(receiptText(receipt(null))).not.toContain('means:');
});

describe('receiptDocument', () => {
  const dimensions = {
    platform: '',
    medium: 'social',
    media_type: '',
    post_id: '',
    influencer_id: '',
    campaign_id: '',
    link_id: '',
    program_id: '',
  };
  const touch = (id: string, occurredAt: string) => ({
    touchpoint_id: id,
    type: 'click',
    occurred_at: occurredAt,
    ...dimensions,
  });
  const found = {
    order: {
      order_id: '1',
      person_id: 'p',
      occurred_at: '2026-03-03 10:00:00.000',
      currency: 'EUR',
      gross: 100,
      tax: 0,
      shipping: 0,
      refunded: 0,
      net: 100,
      new_customer: true,
      coupon_codes: [],
      eligible_touchpoints: 1,
      touchpoints_cut: false,
    },
    credits: [
      'first_touch',
      'last_touch',
      'last_non_direct',
      'linear',
      'position_based',
      'time_decay',
    ].map((model) => ({
      model,
      touchpoint_id: 'now',
      type: 'click',
      touched_at: '2026-03-02 10:00:00.000',
      ...dimensions,
      credit: 100,
      share: 1,
    })),
    touchpoints: [
      touch('old', '2025-01-01 00:00:00.000'),
      touch('now', '2026-03-02 10:00:00.000'),
      touch('later', '2026-03-04 10:00:00.000'),
    ],
  };
  it('gives every touchpoint its credit or its reason', () => {
    const receipt = receiptDocument(found, defaultSettings);
    expect(receipt.touchpoints.map(({ status, reason }) => [status, reason])).toEqual([
      ['refused', 'outside_window'],
      ['credited', null],
      ['refused', 'after_order'],
    ]);
    expect(receipt.refused).toEqual({ outside_window: 1, after_order: 1 });
    expect(receipt.touchpoints[1]?.models['linear']).toEqual({
      credit: 100,
      share: 1,
      reason: null,
    });
    expect(receipt.consistent).toBe(true);
  });
  it('says so when the record and the rules are of different moments', () => {
    const pending = {
      ...found,
      touchpoints: [...found.touchpoints, touch('x', '2026-03-01 00:00:00.000')],
    };
    expect(receiptDocument(pending, defaultSettings).consistent).toBe(false);
  });
});
