/**
 * The pixel itself: puts the parts together for one page. Guarantees: each event has its id and time
 * from the moment it happens, so that sending again is harmless (the collector names purchases by
 * their order, so that a reload or a second tab is no second event); without consent an event goes
 * without anything that names the visitor; while consent is asked for events wait in memory, and go
 * without a name when the page is left first.
 */
import { followDataLayer } from './data-layer.js';
import { followHistory } from './history.js';
import { flush, forget, leave, send, sendTo } from './sender.js';
import type { PixelEvent, PixelOptions, Rosi } from './types.js';
import { anonymousId, ask, consent, decide, may, randomId } from './visitor.js';
import { endVisit, touch, visitOf } from './visits.js';

/** Happened while consent was asked for. */
let held: PixelEvent[] = [];
/** The same, once told without a name. */
let nameless: PixelEvent[] = [];
let shown: string;
let previous: string;

function tell(event: PixelEvent): void {
  const told = { event_id: randomId(), occurred_at: new Date().toISOString(), ...event };
  if (may() === undefined) held.push(told);
  else deliver(told);
}

function deliver(event: PixelEvent): void {
  const named = !!may();
  touch(named);
  send(
    {
      ...event,
      identifiers: named ? { anonymous_id: anonymousId(), ...event.identifiers } : undefined,
      consent: named ? consent() : { ...consent(), analytics: false },
    },
    named,
  );
}

function release(): void {
  for (const event of held) deliver(event);
  held = [];
}

const address = () =>
  location.href.replace(/([?&])rosi_click=[^&#]*&?/, '$1').replace(/[?&](?=#|$)/, '');
/** The address as one page: a fragment counts where it is a route. */
const pageShown = () => address().replace(/#(?![/!]).*/, '');

/** The click is known now; who copies the address must not pass it on. */
function cleanAddress(): void {
  if (may() !== undefined && address() !== location.href) {
    history.replaceState(history.state, '', address());
  }
}

function page(again?: boolean): void {
  tell({
    type: 'page',
    page: { url: location.href, referrer: previous, title: document.title },
    visit: visitOf(location.search, !!may(), again),
  });
  cleanAddress();
  previous = location.href;
  shown = pageShown();
}

function choose(choice: Parameters<Rosi['consent']>[0]): void {
  const before = may();
  decide(choice);
  const now = may();
  if (now === undefined) return;
  if (before && !now) {
    forget();
    endVisit();
    // Nobody's: the answer takes the collector's cookie away.
    tell({ type: 'identify' });
  }
  // What has been told without a name is told again: who came how, and bought what.
  if (now) held.push(...nameless.map((event) => ({ ...event, event_id: randomId() })));
  nameless = [];
  release();
  cleanAddress();
}

function hide(): void {
  if (!document.hidden) return;
  nameless.push(...held);
  release();
  leave();
}

const rosi: Rosi = {
  identify: (identifiers) => tell({ type: 'identify', identifiers }),
  purchase: (order, identifiers) => tell({ type: 'purchase', order, identifiers } as PixelEvent),
  consent: choose,
  page,
  event: tell,
  anonymousId,
  push(...calls) {
    for (const [name, ...values] of calls) {
      // A name of another version of the pixel does nothing.
      (rosi as unknown as Record<string, (...of: unknown[]) => void>)[name]?.(...values);
    }
  },
};

function start(calls: Parameters<Rosi['push']>): void {
  previous = document.referrer;
  rosi.push(...calls);
  followDataLayer(rosi);
  const [navigation] = performance.getEntriesByType('navigation');
  // A reload or a way back; older browsers don't tell.
  page(/^[rb]/.test((navigation as PerformanceNavigationTiming | undefined)?.type as string));
  followHistory((isPage) => {
    const before = shown;
    shown = pageShown();
    if (isPage && before !== shown) page();
  });
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) page(true);
  });
  addEventListener('visibilitychange', hide);
  addEventListener('online', flush);
}

/** Call it once a page, in a browser. `calls` are those made before it was there. */
export function createPixel(options: PixelOptions, calls: Parameters<Rosi['push']> = []): Rosi {
  if (options.consent === 'strict') ask();
  const key = encodeURIComponent(options.writeKey);
  sendTo(`${options.host}/v1/events?pixel=1&write_key=${key}&sent_at=`);
  const { prerendering } = document as { prerendering?: boolean };
  // A page that is made ahead may never be seen.
  if (prerendering) document.addEventListener('prerenderingchange', () => start(calls));
  else start(calls);
  return rosi;
}
