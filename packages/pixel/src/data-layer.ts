/**
 * Reads what a shop tells Google Analytics 4 anyway, by gtag or Google Tag Manager: purchases, and
 * the visitor's decision by Consent Mode. What came before is read first; nothing is changed.
 */
import { warn } from './sender.js';
import type { PixelEvent, Rosi } from './types.js';
import { ask } from './visitor.js';

/** Whatever a page has pushed: any field may be there, or none. */
// biome-ignore lint/suspicious/noExplicitAny: it is anybody's, and read in one try.
type Loose = any;

/** What a purchase means in the event API's words the collector knows. */
export function followDataLayer(rosi: Rosi): void {
  const page = window as { dataLayer?: Loose[] };
  page.dataLayer ??= [];
  const layer = page.dataLayer;
  // Tag Manager keeps what an entry says for those after it, the event alone for instance.
  let ecommerce: Loose;
  // `gtag('event', 'purchase', {…})` is a list; Tag Manager's is `{event, ecommerce: {…}}`, or has
  // the order beside the event.
  const look = (entry: Loose) => {
    try {
      const name = entry[0] === 'event' ? entry[1] : entry.event;
      ecommerce = entry.ecommerce ?? (entry.transaction_id ? entry : ecommerce);
      if (name === 'purchase') {
        rosi.event({ type: name, ecommerce: entry[2] ?? ecommerce } as PixelEvent);
      }
      if (name === 'refund') warn('shops send refunds');
      const storage = entry[0] === 'consent' && entry[2].analytics_storage;
      if (storage && entry[1] === 'update') rosi.consent({ analytics: storage === 'granted' });
      // By default: until the visitor has decided.
      else if (storage === 'denied') ask();
    } catch {} // Whatever it was: it was not meant for us.
  };
  layer.forEach(look);
  const push = layer.push;
  layer.push = (...entries) => {
    entries.forEach(look);
    return push.apply(layer, entries);
  };
}
