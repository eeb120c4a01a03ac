/**
 * An order's receipt: its journey in order of time, what each chosen model gave each touchpoint, why
 * it gave nothing, and the sum, which is the net.
 */
import type { Model } from '@rosi/attribution';
import { amountText, countText } from '../amounts.js';
import { type Choices, modelWords, tableClass } from '../choices.js';
import { momentText } from '../days.js';
import type { Figures } from '../figures.js';
import { type Html, html } from '../html.js';
import type { Receipt, ReceiptModelLine, ReceiptTouchpoint } from '../options.js';
import { influencerName, postName } from './names.js';

const refusedMax = 50;

const reasonWords: Readonly<Record<string, string>> = {
  after_order: 'it came after the order',
  outside_window: 'too long before the order',
  cut_by_limit: 'beyond the newest that count',
  net_zero: 'nothing is left after refunds',
  not_first: 'not the first',
  not_last: 'not the last',
  direct_ignored: 'direct, beside others',
  no_weight: 'too small a part',
  not_recorded_yet: 'on its way',
};
const reasonText = (reason: string) => reasonWords[reason] ?? reason.replaceAll('_', ' ');

type Context = readonly [receipt: Receipt, figures: Figures, choices: Choices, timezone: string];

export function receiptView(...context: Context): Html {
  const [receipt, , choices] = context;
  const counted = receipt.touchpoints.filter(({ reason }) => reason === null);
  return html`<div class="receipt" id="receipt">
${factsView(receipt)}
<table class="${tableClass(choices.models)}" role="table" aria-label="Receipt of order ${receipt.order.order_id}">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Touchpoint</th>
${choices.models.map(
  (model) => html`<th role="columnheader" scope="col" class="number">${modelWords[model]}</th>`,
)}</tr></thead>
<tbody role="rowgroup">${counted.map((touch) => touchView(touch, context))}
${unattributedView(context)}
<tr role="row" class="total"><th role="rowheader" scope="row">Sum, which is the net</th>
${choices.models.map((model) => sumView(receipt, model))}</tr></tbody></table>
${refusedView(context)}
${
  receipt.consistent
    ? null
    : html`<p class="hint">Work on this order is under way: amounts and reasons are of different moments.</p>`
}</div>`;
}

/** The newest of those that do not count, with the reason. */
function refusedView(context: Context): Html | null {
  const [receipt] = context;
  const refused = receipt.touchpoints.filter(({ reason }) => reason !== null);
  if (refused.length === 0) return null;
  const shown = refused.slice(-refusedMax);
  const all = refused.length === 1 ? '1 touchpoint' : `${countText(refused.length)} touchpoints`;
  const cut =
    shown.length < refused.length ? html` The newest ${countText(refusedMax)} of them:` : null;
  return html`<details id="refused"><summary>${all} of this person did not count.${cut}</summary>
<ul class="refused">${shown.map(
    (touch) => html`<li>${touchName(touch, context)}: ${reasonText(touch.reason ?? '')}</li>`,
  )}</ul></details>`;
}

function factsView({ order }: Receipt): Html {
  const amount = (minor: number) => amountText(BigInt(minor), order.currency);
  const person = order.person_id === '' ? 'nobody known' : `person ${shortId(order.person_id)}`;
  const facts = [
    `total ${amount(order.gross)}`,
    ...(order.refunded > 0 ? [`refunded ${amount(order.refunded)}`] : []),
    `net ${amount(order.net)}`,
    order.new_customer ? `${person}, first order` : person,
    ...order.coupon_codes.map((code) => `coupon ${code}`),
    ...(order.touchpoints_cut ? ['more touchpoints were eligible than count'] : []),
  ];
  return html`<ul class="facts">${facts.map((fact) => html`<li>${fact}</li>`)}</ul>`;
}

const idCharacters = 12;
const shortId = (id: string) => (id.length > idCharacters ? `${id.slice(0, idCharacters)}…` : id);

/** What it was, what it belongs to, and when. */
function touchName(touch: ReceiptTouchpoint, [, figures, , timezone]: Context): Html {
  const place = [touch.platform, touch.medium].filter((part, index, all) => {
    return part !== '' && all.indexOf(part) === index && part !== touch.type;
  });
  const owner = [
    touch.post_id === '' ? '' : postName(touch.post_id, figures.names).main,
    touch.influencer_id === '' ? '' : influencerName(touch.influencer_id, figures.names).main,
    touch.campaign_id,
  ].filter((part) => part !== '');
  const owned = owner.length === 0 ? null : html`<span class="owner">${owner.join(' · ')}</span>`;
  return html`${[touch.type, ...place].join(' · ')} ${owned} <span
 class="note">${momentText(touch.occurred_at, timezone)}</span>`;
}

function touchView(touch: ReceiptTouchpoint, context: Context): Html {
  const [receipt, , choices] = context;
  const { currency } = receipt.order;
  return html`<tr role="row" class="keyed"><th role="rowheader" scope="row">${touchName(touch, context)}</th>
${choices.models.map((model) => lineView(touch.models[model], model, currency))}</tr>`;
}

function unattributedView([receipt, , choices]: Context): Html | null {
  if (Object.keys(receipt.unattributed).length === 0) return null;
  return html`<tr role="row" class="rest"><th role="rowheader" scope="row">Unattributed<span
 class="note">no touchpoint counts for this order</span></th>
${choices.models.map((model) =>
  lineView(receipt.unattributed[model], model, receipt.order.currency),
)}</tr>`;
}

function lineView(line: ReceiptModelLine | undefined, model: Model, currency: string): Html {
  const content =
    line === undefined || line.reason !== null
      ? html`<span class="reason">${line === undefined ? '–' : reasonText(line.reason ?? '')}</span>`
      : html`<span class="amount">${amountText(BigInt(line.credit), currency)}</span>`;
  return html`<td role="cell" class="number" data-label="${modelWords[model]}">${content}</td>`;
}

function sumView(receipt: Receipt, model: Model): Html {
  const lines = [...receipt.touchpoints.map((touch) => touch.models), receipt.unattributed];
  const sum = lines.reduce((all, each) => all + BigInt(each[model]?.credit ?? 0), 0n);
  return html`<td role="cell" class="number" data-label="${modelWords[model]}"><span
 class="amount">${amountText(sum, receipt.order.currency)}</span></td>`;
}
