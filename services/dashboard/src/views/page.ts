/** The page: what is inside `main` is replaced in place as figures change. */
import { addressOf, type Choices } from '../choices.js';
import { dayText } from '../days.js';
import type { Figures } from '../figures.js';
import { type Html, html } from '../html.js';
import type { Pipeline } from '../options.js';
import { choicesView } from './choices.js';
import { documentOf, logo } from './document.js';
import { emptyView, noOrdersView } from './empty.js';
import { booksView, freshnessView } from './freshness.js';
import { dailyView, headlineView } from './headline.js';
import { ordersView } from './orders.js';
import { revenueView } from './revenue.js';

export interface PageView {
  readonly choices: Choices;
  /** Null: nothing has arrived yet. */
  readonly figures: Figures | null;
  readonly pipeline: Pipeline;
  readonly timezone: string;
}

export function mainView({ choices, figures, pipeline, timezone }: PageView): Html {
  const freshness = freshnessView(pipeline, timezone);
  if (figures === null) return html`<main id="page">${freshness}${emptyView()}</main>`;
  return html`<main id="page">
${choicesView(choices, figures)}
<div class="states">${freshness}${booksView(figures, pipeline.settled)}</div>
${emptyPeriod(figures, choices)}
${headlineView(figures)}
${dailyView(figures)}
${figures.revenue.map((each) => revenueView(each, choices, figures))}
<p class="hint">ROSI = (revenue − spend) / spend. Days are those of ${timezone}. Amounts of different
currencies are never added up.</p>
${ordersView(figures, choices, timezone)}
</main>`;
}

function emptyPeriod(figures: Figures, choices: Choices): Html | null {
  const { currencies, currency, totals } = figures;
  const latest = currencies.find((each) => each.currency === currency)?.latestDay ?? null;
  if (totals.orders > 0 || latest === null) return null;
  return noOrdersView(dayText(latest), addressOf({ ...choices, period: 'all' }));
}

export function pageOf(main: Html): string {
  const body = html`<a class="skip" href="#page">To the figures</a>
<header><h1>${logo} ROSI</h1>
<p>What did our posts, influencers, ads and referrals earn?</p>
<nav aria-label="Parts and more"><a href="#revenue-by-post">Posts</a>
<a href="#revenue-by-influencer">Influencers</a> <a href="#latest">Journeys</a> <a href="/docs/">API</a>
<form method="post" action="/logout"><button type="submit" class="plain">Log out</button></form></nav>
</header>
<p id="connection" role="status"></p>
${main}`;
  return documentOf({ title: 'ROSI – what did it earn?', body, live: true });
}
