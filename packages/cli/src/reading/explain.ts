/** `rosi explain order`: the receipt of an order, for people or as JSON. */
import { currencyDigits } from '@rosi/events';
import { RosiError } from '@rosi/service-kit';
import * as z from 'zod';
import { drawTable, withoutControls } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';
import { type ApiOptions, getJson } from './api.js';

const modelLine = z.object({
  credit: z.number(),
  share: z.number(),
  reason: z.string().nullable(),
});

/** What the table shows of the receipt. */
const receiptSchema = z.object({
  order: z.object({
    order_id: z.string(),
    person_id: z.string(),
    occurred_at: z.string(),
    currency: z.string(),
    gross: z.coerce.number(),
    tax: z.coerce.number(),
    shipping: z.coerce.number(),
    refunded: z.coerce.number(),
    net: z.coerce.number(),
    new_customer: z.boolean(),
    coupon_codes: z.array(z.string()),
    touchpoints_cut: z.boolean(),
  }),
  models: z.array(z.string()),
  touchpoints: z.array(
    z.object({
      touchpoint_id: z.string(),
      type: z.string(),
      occurred_at: z.string(),
      platform: z.string(),
      medium: z.string(),
      post_id: z.string(),
      influencer_id: z.string(),
      campaign_id: z.string(),
      status: z.string(),
      reason: z.string().nullable(),
      models: z.record(z.string(), modelLine),
    }),
  ),
  unattributed: z.record(z.string(), modelLine),
  refused: z.record(z.string(), z.number()),
  consistent: z.boolean(),
});
export type ReceiptView = z.output<typeof receiptSchema>;

export interface ExplainCommand {
  readonly api: ApiOptions;
  readonly orderId: string;
  readonly json: boolean;
  readonly terminal: Terminal;
}

/** Answers the exit code: 1 when there is no such order. */
export async function explainOrder(command: ExplainCommand): Promise<0 | 1> {
  const { api, orderId, json, terminal } = command;
  const { status, body } = await getJson(api, `/v1/orders/${encodeURIComponent(orderId)}/receipt`);
  if (status === 404) {
    terminal.err(
      `rosi: there is no order ${JSON.stringify(orderId)}. It may still be on its way ` +
        '(`npx rosi status --wait`), or no event has stated its total and currency yet.' +
        `${orderId.startsWith('#') ? ` Shopify's # is left out: try ${orderId.slice(1)}.` : ''}\n`,
    );
    return 1;
  }
  const parsed = receiptSchema.safeParse(body);
  if (status !== 200 || !parsed.success) {
    throw new RosiError(
      'ROSI_LOG_UNAVAILABLE',
      `${api.url} answered ${status} to the receipt: ${JSON.stringify(body).slice(0, 200)}`,
    );
  }
  terminal.out(json ? `${JSON.stringify(body)}\n` : receiptText(parsed.data));
  return 0;
}

export function receiptText(receipt: ReceiptView): string {
  return [
    headText(receipt),
    touchpointsText(receipt),
    refusedText(receipt),
    dashText(receipt),
    receipt.consistent
      ? ''
      : 'Work on this order is pending: amounts and reasons are of different moments.\n',
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function headText({ order }: ReceiptView): string {
  const money = (minorUnits: number) => amountText(minorUnits, order.currency);
  const person = order.person_id === '' ? 'nobody known' : order.person_id;
  const lines = [
    `Order ${order.order_id} of ${timeText(order.occurred_at)} UTC`,
    `  person    ${person}${order.new_customer ? ' (first order)' : ''}`,
    `  total     ${money(order.gross)}  (tax ${money(order.tax)}, shipping ${money(order.shipping)})`,
    `  refunded  ${money(order.refunded)}`,
    `  net       ${money(order.net)}, which every model shares out to the last unit`,
    ...(order.coupon_codes.length > 0 ? [`  coupons   ${order.coupon_codes.join(', ')}`] : []),
    ...(order.touchpoints_cut ? ['  more touchpoints were eligible than count'] : []),
  ];
  return `${lines.map(withoutControls).join('\n')}\n`;
}

/** Eligible touchpoints in rows, models in columns; the last row is their sum, which is the net. */
function touchpointsText(receipt: ReceiptView): string {
  const { models, order } = receipt;
  const cells = (lines: Readonly<Record<string, z.output<typeof modelLine>>>) =>
    models.map((model) => {
      const line = lines[model];
      if (line === undefined) return '';
      return line.reason === null ? amountText(line.credit, order.currency) : nothing;
    });
  const shown = receipt.touchpoints.filter(
    ({ status }) => status === 'credited' || status === 'eligible',
  );
  const rows = shown.map((touch) => [
    timeText(touch.occurred_at),
    touch.type,
    channelText(touch),
    ...cells(touch.models),
  ]);
  if (Object.keys(receipt.unattributed).length > 0) {
    rows.push(['', '', 'unattributed', ...cells(receipt.unattributed)]);
  }
  rows.push(['', '', 'sum', ...sums(receipt)]);
  return drawTable(
    [
      { title: 'touched at' },
      { title: 'type' },
      { title: 'what' },
      ...models.map((title) => ({ title, align: 'right' as const })),
    ],
    rows,
  );
}

/** What a model gives that gives nothing. */
const nothing = '-';

function dashText({ touchpoints, unattributed }: ReceiptView): string {
  const all = [...touchpoints.map((touch) => touch.models), unattributed];
  const lines = all.flatMap((each) => Object.values(each));
  if (lines.every(({ reason }) => reason === null)) return '';
  return `${nothing} means: this model gives it nothing; --json has the reason.\n`;
}

function sums({ models, touchpoints, unattributed, order }: ReceiptView): string[] {
  const all = [...touchpoints.map((touch) => touch.models), unattributed];
  return models.map((model) =>
    amountText(
      all.reduce((sum, lines) => sum + (lines[model]?.credit ?? 0), 0),
      order.currency,
    ),
  );
}

const refusedShownMax = 20;
const reasonTexts = new Map([
  ['after_order', 'came after the order'],
  ['outside_window', 'too long before the order'],
  ['cut_by_limit', 'more touchpoints were eligible than count; the newest do'],
]);

function refusedText({ touchpoints, refused }: ReceiptView): string {
  const others = touchpoints.filter(({ reason }) => reason !== null);
  if (others.length === 0) return '';
  const rows = others
    .slice(-refusedShownMax)
    .map((touch) => [
      timeText(touch.occurred_at),
      touch.type,
      channelText(touch),
      reasonTexts.get(touch.reason ?? '') ?? touch.reason,
    ]);
  const counts = Object.entries(refused).map(([reason, count]) => `${reason} ${count}`);
  const table = drawTable(
    [{ title: 'touched at' }, { title: 'type' }, { title: 'what' }, { title: 'why not' }],
    rows,
  );
  const cut = others.length > refusedShownMax ? `, the last ${refusedShownMax}` : '';
  return `Not eligible (${counts.join(', ')})${cut}:\n${table}`;
}

type TouchView = ReceiptView['touchpoints'][number];

function channelText(touch: TouchView): string {
  const names = [
    [touch.platform, touch.medium].filter((name) => name !== '').join('/'),
    labelled('post', touch.post_id),
    labelled('influencer', touch.influencer_id),
    labelled('campaign', touch.campaign_id),
  ];
  return names.filter((name) => name !== '').join(' ') || touch.touchpoint_id;
}

const labelled = (label: string, id: string) => (id === '' ? '' : `${label}=${id}`);

const timeText = (time: string) => time.replace('T', ' ').slice(0, 19);

/** Minor units as a decimal, with the currency. */
export function amountText(minorUnits: number, currency: string): string {
  const digits = currencyDigits(currency) ?? 0;
  const sign = minorUnits < 0 ? '-' : '';
  const text = String(Math.abs(minorUnits)).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const fraction = digits === 0 ? '' : `.${text.slice(-digits)}`;
  return `${sign}${whole}${fraction} ${currency}`;
}
