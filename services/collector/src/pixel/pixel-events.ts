/**
 * What the pixel's script says, in the event API's words: who the visitor is, what a visit means for
 * a page's address and referrer, what a purchase is called. A pure function, so that sending again
 * gives the same events; what is no event is passed on and rejected as anybody's.
 */
import { adClickParameters, hostOf, parseTime, trackedClickParameter } from '@rosi/events';
import { exactAmounts, orderOfEcommerce } from './ecommerce.js';
import { isSameSite } from './site.js';

type Fields = Readonly<Record<string, unknown>>;

export interface PixelFacts {
  /** The id in the collector's cookie; null: none. */
  readonly cookieId: string | null;
  /** The browser says `Sec-GPC: 1`. */
  readonly refused: boolean;
  readonly receivedAt: number;
  /** By the page's clock, in milliseconds; null: not stated. */
  readonly sentAt: number | null;
  /** Keyed, in hex. */
  hash(text: string): string;
}

export interface PixelReading {
  readonly items: readonly unknown[];
  /** The id that the visitor goes by; null: nobody may be recognised, or nobody was named. */
  readonly visitorId: string | null;
  /** The latest event was one without consent, or with one that says neither yes nor no. */
  readonly withdrawn: boolean;
}

export const visitorIdPattern = /^[A-Za-z0-9_-]{8,64}$/;

export function readPixelEvents(items: readonly unknown[], facts: PixelFacts): PixelReading {
  const events = items.map((item) => (isFields(item) ? item : null));
  const may = (event: Fields | null) =>
    event !== null && !facts.refused && allows(event['consent']);
  const named = events.filter(may);
  const visitorId = facts.cookieId ?? statedId(named);
  const latest = events.at(-1) ?? null;
  return {
    items: items.map((item, index) => {
      const event = events[index];
      if (event == null) return item;
      return readEvent(
        may(event) && visitorId !== null ? asVisitor(event, visitorId) : event,
        facts,
      );
    }),
    visitorId: may(latest) ? visitorId : null,
    withdrawn: latest !== null && !may(latest),
  };
}

/** True or not stated, as events are accepted: nobody is recognised by what may mean a no. */
function allows(consent: unknown): boolean {
  if (isAbsent(consent)) return true;
  const analytics = isFields(consent) && !Array.isArray(consent) ? consent['analytics'] : false;
  return isAbsent(analytics) || analytics === true;
}

/** Of one browser, which has one visitor. */
function statedId(events: readonly (Fields | null)[]): string | null {
  for (const event of events) {
    const id = fieldsOf(event?.['identifiers'])['anonymous_id'];
    if (typeof id === 'string' && visitorIdPattern.test(id)) return id;
  }
  return null;
}

const asVisitor = (event: Fields, visitorId: string): Fields => ({
  ...event,
  identifiers: { ...fieldsOf(event['identifiers']), anonymous_id: visitorId },
});

function readEvent(event: Fields, facts: PixelFacts): Fields {
  const { visit, ecommerce, ...rest } = event;
  const timed = atRightTime(rest, facts);
  if (rest['type'] === 'page' && isFields(visit)) return asPage(timed, visit);
  if (rest['type'] !== 'purchase') return timed;
  const stated = ecommerce === undefined ? fieldsOf(rest['order']) : orderOfEcommerce(ecommerce);
  return asPurchase({ ...timed, order: exactAmounts(stated) }, facts);
}

/** Clocks within this are right: copies of an event then stay identical. */
const clockMsMax = 60_000;

/** The page's clock may be wrong by days; how wrong tells the time at which it sent. */
function atRightTime(event: Fields, { receivedAt, sentAt }: PixelFacts): Fields {
  const stated = event['occurred_at'];
  if (sentAt === null || typeof stated !== 'string') return event;
  const late = receivedAt - sentAt;
  const occurredAt = parseTime(stated);
  if (Math.abs(late) <= clockMsMax || occurredAt === null) return event;
  const right = new Date(Math.min(occurredAt + late, receivedAt));
  return Number.isNaN(right.getTime()) ? event : { ...event, occurred_at: right.toISOString() };
}

/**
 * A campaign and the referrer beside it count once a visit: a reload, a way back and an internal
 * link that carries the parameters along are no arrival. `kept`: later pages know of the visit; where
 * that can't be, a page of the same site as referrer tells that it goes on.
 */
function asPage(event: Fields, visit: Fields): Fields {
  const page = fieldsOf(event['page']);
  const url = textOf(page['url']);
  const referrer = textOf(page['referrer']);
  const from = hostOf(referrer);
  const inside = from !== '' && isSameSite(from, hostOf(url));
  const again = visit['again'] === true;
  const starts = visit['starts'] === true && (visit['kept'] === true || !(inside || again));
  const address = starts ? url : withoutCampaign(url);
  const isOld = !starts && (again || address !== url);
  const isOtherPartOfSite = inside && from !== hostOf(url);
  return {
    ...event,
    page: { ...page, url: address, referrer: isOld || isOtherPartOfSite ? '' : referrer },
    properties: { ...fieldsOf(event['properties']), ...(starts ? { session_start: true } : {}) },
  };
}

const campaignParameters = new RegExp(
  `^(?:utm_[a-z_]+|${[trackedClickParameter, ...adClickParameters].join('|')})=`,
);

function withoutCampaign(url: string): string {
  const [, path = '', query = '', fragment = ''] = /^([^?#]*)\??([^#]*)(.*)$/s.exec(url) ?? [];
  const kept = query.split('&').filter((pair) => !campaignParameters.test(pair));
  if (kept.length === query.split('&').length) return url;
  return path + (kept.length === 0 ? '' : `?${kept.join('&')}`) + fragment;
}

const eventIdLengthMax = 128;

/** Named by what it says: told again by a reload or in a second tab, it is the same event. */
function asPurchase(event: Fields, facts: PixelFacts): Fields {
  const order = fieldsOf(event['order']);
  const { anonymous_id, ...others } = fieldsOf(event['identifiers']);
  const said = JSON.stringify([order, others, anonymous_id !== undefined]);
  const code = facts.hash(`pixel purchase\n${said}`);
  const name = `pixel:${String(order['order_id'])}:${code.slice(0, 16)}`;
  return { ...event, event_id: name.length > eventIdLengthMax ? `pixel:${code}` : name };
}

const isAbsent = (value: unknown) => value === undefined || value === null;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
