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

/** `gtag('event', 'purchase', {…})` is a list; Tag Manager's is `{event, ecommerce: {…}}`. */
function read(entry: Loose, rosi: Rosi, purchase: (ecommerce: object) => void): void {
  const name = entry.event ?? (entry[0] === 'event' && entry[1]);
  if (name === 'purchase') purchase(entry.ecommerce ?? entry[2]);
  if (name === 'refund') warn('no refund from a browser: send it from the shop');
  const storage = entry[0] === 'consent' && entry[2].analytics_storage;
  if (storage && entry[1] === 'update') rosi.consent({ analytics: storage === 'granted' });
  // By default: until the visitor has decided.
  else if (storage === 'denied') ask();
}

/** What a purchase means in the event API's words the collector knows. */
export function followDataLayer(rosi: Rosi): void {
  const page = window as { dataLayer?: Loose[] };
  page.dataLayer ??= [];
  const layer = page.dataLayer;
  const look = (entry: Loose) => {
    try {
      read(entry, rosi, (ecommerce) => rosi.event({ type: 'purchase', ecommerce } as PixelEvent));
    } catch {} // Whatever it was: it was not meant for us.
  };
  layer.forEach(look);
  const push = layer.push;
  layer.push = (...entries) => {
    entries.forEach(look);
    return push.apply(layer, entries);
  };
}
