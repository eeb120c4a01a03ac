/** The figures that a director reads first, and net revenue by day. */
import { amountText, countText, percentOf, returnText } from '../amounts.js';
import { daysBefore, dayText } from '../days.js';
import type { Figures } from '../figures.js';
import { type Html, html } from '../html.js';

export function headlineView({ totals, spend, currency }: Figures): Html {
  const refunds =
    totals.refunded === 0n
      ? 'no refunds'
      : `after ${amountText(totals.refunded, currency)} of refunds`;
  const returned = returnText(totals.net, spend);
  const ofAll =
    returned === null ? null : html`<dd class="note">ROSI of all orders ${returned}</dd>`;
  return html`<dl class="headline" id="headline">
<div><dt>Net revenue</dt><dd id="net">${amountText(totals.net, currency)}</dd><dd class="note">${refunds}</dd></div>
<div><dt>Orders</dt><dd id="orders-count">${countText(totals.orders)}</dd></div>
<div><dt>New customers</dt><dd>${countText(totals.newCustomers)}</dd></div>
<div><dt>Spend</dt><dd>${amountText(spend, currency)}</dd>${ofAll}</div>
</dl>`;
}

const dayMs = 86_400_000;
const daysMax = 400;
const barsMax = 62;

interface Bar {
  readonly first: string;
  readonly last: string;
  readonly net: bigint;
}

/** Bars by day, or by as many days as make at most 62 bars. */
function barsOf({ daily }: Figures): readonly Bar[] {
  const first = daily[0]?.day;
  const last = daily.at(-1)?.day;
  if (first === undefined || last === undefined) return [];
  const days = 1 + Math.round((Date.parse(last) - Date.parse(first)) / dayMs);
  // Very long histories show their end.
  const shown = Math.min(days, daysMax);
  const perBar = Math.ceil(shown / barsMax);
  const nets = new Map(daily.map(({ day, net }) => [day, net]));
  return Array.from({ length: Math.ceil(shown / perBar) }, (_, index) => {
    const from = shown - 1 - index * perBar;
    const length = Math.min(perBar, from + 1);
    const inBar = Array.from({ length }, (_each, step) => daysBefore(last, from - step));
    return {
      first: inBar[0] ?? last,
      last: inBar.at(-1) ?? last,
      net: inBar.reduce((sum, day) => sum + (nets.get(day) ?? 0n), 0n),
    };
  });
}

export function dailyView(figures: Figures): Html | null {
  const bars = barsOf(figures);
  const [first, last] = [bars[0], bars.at(-1)];
  if (first === undefined || last === undefined || bars.length < 2) return null;
  const most = bars.reduce((max, { net }) => (net > max ? net : max), 0n);
  const { currency } = figures;
  const drawn = bars.map((bar, index) => {
    const height = percentOf(bar.net, most);
    const days = bar.first === bar.last ? '' : ` to ${dayText(bar.last)}`;
    return html`<rect x="${index * 10 + 1}" y="${100 - height}" width="8" height="${height}"
 rx="1"><title>${dayText(bar.first)}${days}: ${amountText(bar.net, currency)}</title></rect>`;
  });
  const days = 1 + Math.round((Date.parse(first.last) - Date.parse(first.first)) / dayMs);
  const each = days === 1 ? 'day' : `${days} days`;
  return html`<figure class="daily" id="daily">
<svg viewBox="0 0 ${bars.length * 10} 100" preserveAspectRatio="none" role="img"
 aria-label="Net revenue by ${each}, ${dayText(first.first)} to ${dayText(last.last)}">${drawn}</svg>
<figcaption><span>${dayText(first.first)}</span><span>${days === 1 ? 'best day' : `best ${each}`}:
${amountText(most, currency)}</span><span>${dayText(last.last)}</span></figcaption>
</figure>`;
}
