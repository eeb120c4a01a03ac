/** Nothing there yet: what to do next. */
import { type Html, html } from '../html.js';

export function emptyView(): Html {
  return html`<section class="empty" id="empty" aria-labelledby="empty-title">
<h2 id="empty-title">Nothing has arrived yet</h2>
<p>This page fills by itself. Any one of these will do, in another terminal:</p>
<h3>See it at work</h3>
<pre tabindex="0"><code>npx rosi demo          # a year of a made-up shop
npx rosi demo --live   # the same, order by order</code></pre>
<h3>Bring your orders</h3>
<pre tabindex="0"><code>npx rosi import orders orders.csv   # Shopify, WooCommerce or any CSV</code></pre>
<h3>Send an event</h3>
<pre tabindex="0"><code>curl -s http://127.0.0.1:8080/v1/events -H "Authorization: Bearer $ROSI_SECRET_KEY" \\
  -H 'Content-Type: application/json' -d '{"type": "purchase",
  "identifiers": {"customer_id": "7"},
  "order": {"order_id": "1001", "total": "129.90", "currency": "EUR"}}'</code></pre>
<p>What an event may say: <a href="/docs/">the API's documentation</a>.</p>
</section>`;
}

/** There are orders, but none in this period. */
export const noOrdersView = (latest: string, all: string): Html =>
  html`<p class="nothing" id="no-orders">No orders in this period. The latest is of ${latest}:
<a id="show-all" data-live href="${all}">show all time</a>.</p>`;
