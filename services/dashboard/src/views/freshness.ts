/** How fresh the figures are, and whether the books balance: both can be read and checked. */
import { amountText, countText } from '../amounts.js';
import type { Books, Difference } from '../books.js';
import { momentText } from '../days.js';
import type { Figures } from '../figures.js';
import { type Html, html } from '../html.js';
import type { Pipeline } from '../options.js';

export function freshnessView(pipeline: Pipeline, timezone: string): Html {
  if (pipeline.settled) {
    return html`<p class="state good" id="freshness"><span class="mark" aria-hidden="true">✓</span>
<span><strong>Up to date.</strong> Everything accepted so far is in these figures.</span></p>`;
  }
  const waiting = pipeline.stages.reduce((sum, { lag }) => sum + lag, 0);
  const through =
    pipeline.freshThrough === null
      ? null
      : html` Complete for all that came before ${momentText(pipeline.freshThrough, timezone)}.`;
  return html`<p class="state pending" id="freshness"><span class="mark" aria-hidden="true">…</span>
<span><strong>Catching up:</strong> ${countText(waiting)} records are on their way.${through}</span></p>`;
}

const listed = (words: readonly string[]) => `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** The check, said so that it can be done again by hand. */
export function booksView(figures: Figures, settled: boolean): Html {
  const { books, currency, totals } = figures;
  if (books.differences.length > 0) return unbalanced(books, currency, settled);
  const net = amountText(books.net, currency);
  return html`<p class="state good" id="books"><span class="mark" aria-hidden="true">✓</span>
<span><strong>The books balance.</strong> In each of ${books.models.length} models the credits sum to
<span class="amount">${net}</span>, by ${listed(books.tables)}: exactly the net of the
${countText(totals.orders)} ${totals.orders === 1 ? 'order' : 'orders'}.</span></p>`;
}

function unbalanced(books: Books, currency: string, settled: boolean): Html {
  const net = amountText(books.net, currency);
  if (!settled) {
    return html`<p class="state pending" id="books"><span class="mark" aria-hidden="true">…</span>
<span><strong>The books are being written:</strong> orders come in while they are summed up. The net is
<span class="amount">${net}</span>.</span></p>`;
  }
  return html`<div class="state bad" id="books"><span class="mark" aria-hidden="true">!</span>
<div><p><strong>The books do not balance.</strong> The net of the orders is
<span class="amount">${net}</span>, but:</p>
<ul>${books.differences.slice(0, 12).map((each) => differenceView(each, books.net, currency))}</ul>
<p>Run <code>npx rosi check</code>: it names the rows and the remedy.</p></div></div>`;
}

function differenceView({ table, model, credit }: Difference, net: bigint, currency: string): Html {
  const off = amountText(credit - net, currency);
  return html`<li>${model} by ${table}: ${amountText(credit, currency)} (${off} off)</li>`;
}
