/** The latest orders; the receipt of the one that is open stands in its place. */
import type { LatestOrder } from '@rosi/warehouse';
import { amountText, countText } from '../amounts.js';
import { addressOf, type Choices } from '../choices.js';
import { momentText } from '../days.js';
import type { Figures } from '../figures.js';
import { type Html, html } from '../html.js';
import { receiptView } from './receipt.js';

export function ordersView(figures: Figures, choices: Choices, timezone: string): Html {
  const { orders, receipt } = figures;
  const open = receipt?.order.order_id ?? null;
  return html`<section aria-labelledby="latest"><h2 id="latest">Latest journeys</h2>
<p class="hint">Each order at the end of its journey. Open one to see its receipt: every touchpoint,
credited or not, and why.</p>
${outsideView(figures, choices, timezone)}
${orders.length === 0 ? html`<p class="nothing">No orders in this period.</p>` : null}
<ol class="orders">${orders.map((order) =>
    orderView(order, { figures, choices, timezone, isOpen: order.orderId === open }),
  )}</ol></section>`;
}

/** A kept address may name an order that is not, or no longer, among those of the list. */
function outsideView(figures: Figures, choices: Choices, timezone: string): Html | null {
  const { orders, receipt } = figures;
  const { openOrder } = choices;
  if (openOrder === null || orders.some(({ orderId }) => orderId === openOrder)) return null;
  const close = addressOf({ ...choices, openOrder: null });
  const told =
    receipt === null
      ? html`<p>There is no order <strong>${openOrder}</strong>, or it is still on its way.</p>`
      : html`<p><strong>${openOrder}</strong>, ${momentText(receipt.order.occurred_at, timezone)}</p>
${receiptView(receipt, figures, choices, timezone)}`;
  return html`<div class="alone">${told}
<p><a id="order-close" data-live href="${close}">Close order ${openOrder}</a></p></div>`;
}

interface OrderContext {
  readonly figures: Figures;
  readonly choices: Choices;
  readonly timezone: string;
  readonly isOpen: boolean;
}

function orderView(order: LatestOrder, context: OrderContext): Html {
  const { figures, choices, timezone, isOpen } = context;
  const { orderId, touchpoints, refunded } = order;
  const address = addressOf({ ...choices, openOrder: isOpen ? null : orderId });
  const badges = [
    order.newCustomer ? html`<span class="badge">new customer</span> ` : null,
    refunded === 0n ? null : html`<span class="badge">refunded</span> `,
  ];
  const receipt = isOpen ? figures.receipt : null;
  return html`<li id="order-${orderId}"><a id="open-${orderId}" class="order" data-live
 href="${address}" aria-expanded="${isOpen ? 'true' : 'false'}"><span class="which"
><strong>${orderId}</strong> ${badges}</span><span class="when">${momentText(order.occurredAt, timezone)}</span
><span class="steps">${countText(touchpoints)} ${touchpoints === 1 ? 'touchpoint' : 'touchpoints'}</span
><span class="amount">${amountText(order.net, figures.currency)}</span></a>
${receipt === null ? null : receiptView(receipt, figures, choices, timezone)}</li>`;
}
