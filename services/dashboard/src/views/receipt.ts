/**
 * An order's receipt: its journey in order of time, what each chosen model gave each touchpoint, why
 * it gave nothing, and the sum, which is the net.
 */
import type { Model } from '@rosi/attribution';
import { amountText, countText } from '../amounts.js';
import { type Choices, modelWords } from '../choices.js';
import { momentText } from '../days.js';
import type { Figures } from '../figures.js';
import { type Html, html } from '../html.js';
import type { Receipt, ReceiptModelLine, ReceiptTouchpoint } from '../options.js';
import { influencerName, postName } from './names.js';

const touchpointsMax = 100;

const reasonWords: Readonly<Record<string, string>> = {
  after_order: 'not counted: it came after the order',
  outside_window: 'not counted: too long before the order',
  cut_by_limit: 'not counted: beyond the newest that count',
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
  const { order } = receipt;
  const rows = shownRows(receipt);
  const cut = receipt.touchpoints.length - rows.length;
  return html`<div class="receipt" id="receipt">
${factsView(receipt)}
<table class="revenue" role="table" aria-label="Receipt of order ${order.order_id}">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Touchpoint</th>
${choices.models.map(
  (model) => html`<th role="columnheader" scope="col" class="number">${modelWords[model]}</th>`,
)}</tr></thead>
<tbody role="rowgroup">${rows.map((touch) => touchView(touch, context))}
${unattributedView(context)}
<tr role="row" class="total"><th role="rowheader" scope="row">Sum, which is the net</th>
${choices.models.map((model) => sumView(receipt, model))}</tr></tbody></table>
${cut > 0 ? html`<p class="hint">${countText(cut)} touchpoints that were not counted are left out here.</p>` : null}
${
  receipt.consistent
    ? null
    : html`<p class="hint">Work on this order is under way: amounts and reasons are of different moments.</p>`
}</div>`;
}

/** All that count; of the others as many as there is room for. */
function shownRows({ touchpoints }: Receipt): readonly ReceiptTouchpoint[] {
  const counted = touchpoints.filter(({ reason }) => reason === null).length;
  let room = Math.max(0, touchpointsMax - counted);
  return touchpoints.filter(({ reason }) => {
    if (reason === null) return true;
    room -= 1;
    return room >= 0;
  });
}

function factsView({ order }: Receipt): Html {
  const amount = (minor: number) => amountText(BigInt(minor), order.currency);
  const person = order.person_id === '' ? 'nobody known' : `person ${order.person_id.slice(0, 12)}`;
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

function touchView(touch: ReceiptTouchpoint, [receipt, figures, choices, timezone]: Context): Html {
  const { reason } = touch;
  const place = [touch.platform, touch.medium].filter((part, index, all) => {
    return part !== '' && all.indexOf(part) === index && part !== touch.type;
  });
  const owner = [
    touch.post_id === '' ? null : postName(touch.post_id, figures.names).main,
    touch.influencer_id === '' ? null : influencerName(touch.influencer_id, figures.names).main,
    touch.campaign_id === '' ? null : touch.campaign_id,
  ].filter((part) => part !== null);
  return html`<tr role="row" class="${reason === null ? 'keyed' : 'refused'}"><th role="rowheader"
 scope="row">${[touch.type, ...place].join(' · ')}${
   owner.length === 0 ? null : html`<span class="owner">${owner.join(' · ')}</span>`
 }<span class="note">${momentText(touch.occurred_at, timezone)}</span></th>
${
  reason === null
    ? choices.models.map((model) => lineView(touch.models[model], model, receipt.order.currency))
    : html`<td role="cell" class="number" colspan="${choices.models.length}"><span
 class="reason">${reasonText(reason)}</span></td>`
}</tr>`;
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
