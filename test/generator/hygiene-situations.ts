/**
 * Bots, consent, junk, repeats and events that have to be rejected.
 */
import { newOrder, purchase } from './order-situations.js';
import { siteUrl, touch } from './touch-situations.js';
import { type Body, dayMs, type Request, type World } from './world.js';

/** Declared beyond doubt. */
const botAgents = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
  'Twitterbot/1.0',
  'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)',
];

/** Links nothing: the person's identifiers stay apart although a bot carried them together. */
export function botVisit(world: World): void {
  const { random } = world;
  const [a, b] = random.shuffled(world.persons);
  const identifiers = { anonymous_id: a?.anonymousIds[0], user_id: b?.userId };
  const page = { url: `${siteUrl}/?utm_source=google&utm_medium=cpc` };
  const userAgent = random.pick(botAgents);
  if (random.chance(0.5)) world.emit('page', world.instant(), { identifiers, page }, { userAgent });
  else {
    const body = { identifiers, page, user_agent: userAgent };
    world.emit('page', world.instant(), body, { server: true });
  }
}

/** Identifiers that only a bot has ever carried are in no table of identities. */
export function botOfItsOwn(world: World): void {
  const identifiers = { anonymous_id: world.newId('bot') };
  world.emit(
    'click',
    world.instant(),
    { identifiers },
    { userAgent: world.random.pick(botAgents) },
  );
}

/** An order of nobody's. */
export function botPurchase(world: World): void {
  const order = newOrder(world);
  world.orders.pop(); // nobody else may name it
  const request = { userAgent: world.random.pick(botAgents) };
  purchase(world, order, request, { order: { coupon_codes: [] } });
}

/** The event's own agent counts before the request's, and a server's request has none that does. */
export function agentOfServerRequest(world: World): void {
  const bot = world.random.pick(botAgents);
  const identifiers = world.identifiersOf(world.person());
  world.emit('click', world.instant(), { identifiers }, { server: true, userAgent: bot });
  const user_agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0';
  world.emit('click', world.instant(), { identifiers, user_agent }, { userAgent: bot });
}

export function withoutConsent(world: World): void {
  const person = world.person();
  const consent = { analytics: false, marketing: world.random.chance(0.5) };
  touch(world, world.random.pick(['click', 'page']), person, world.instant(), { consent });
}

/** Only the order itself is known. */
export function purchaseWithoutConsent(world: World): void {
  const top = { consent: { analytics: false } };
  purchase(world, newOrder(world), { server: world.random.chance(0.5) }, { top });
}

/** Counts on a write key's request, whatever the event says; not on a server's. */
export function globalPrivacyControl(world: World): void {
  const identifiers = world.identifiersOf(world.person());
  const consent = { analytics: true };
  const server = world.random.chance(0.3);
  const body = { identifiers, consent, page: { url: `${siteUrl}/?gclid=q${world.serial()}` } };
  world.emit('page', world.instant(), body, { server, secGpc: true });
}

export function consentGiven(world: World): void {
  const consent = world.random.pick([{ analytics: true }, { marketing: false }, {}]);
  touch(world, 'click', world.person(), world.instant(), { consent });
}

/** Dropped and counted; the event stays, and so do its other identifiers. */
export function junkIdentifiers(world: World): void {
  const { random } = world;
  const junk = [
    { user_id: 'Guest' },
    { user_id: '' },
    { user_id: '  ' },
    { user_id: 0 },
    { user_id: 'NULL' },
    { customer_id: 'undefined' },
    { customer_id: null },
    { customer_id: true },
    { customer_id: 1.5 },
    { email: 'TEST@test.com' },
    { email: ['a@b.example'] },
    { phone: '0612345678' },
    { phone: '+0612345678' },
    { phone: 'call me' },
    { handle: 'none' },
    { user_id: 'x'.repeat(257) },
    { click_id: 'unknown' },
    { handle: 'anonymous' },
  ];
  for (const part of random.shuffled(junk).slice(0, 3)) {
    world.emit('click', world.instant(), {
      identifiers: { ...world.browserOf(world.person()), ...part },
    });
  }
}

/** 256 characters are kept. */
export function longIdentifier(world: World): void {
  const identifiers = { ...world.browserOf(world.person()), user_id: 'y'.repeat(256) };
  world.emit('identify', world.instant(), { identifiers });
}

/** Identical copies of one event_id. */
export function repeat(world: World): void {
  if (world.events.length === 0) return;
  const event = world.random.pick(world.events);
  const copies = world.random.pick([1, 1, 2, 5]);
  for (let i = 0; i < copies; i++) world.events.push(event);
  world.count('repeat');
}

export function withoutOccurredAt(world: World): void {
  const identifiers = world.browserOf(world.person());
  world.emit('click', world.instant(), { identifiers }, { withoutOccurredAt: true });
}

/** 24 hours ahead are accepted, one millisecond more is not. */
export function clockAhead(world: World): void {
  const receivedAt = world.instant();
  for (const aheadMs of [dayMs, dayMs + 1]) {
    const identifiers = world.browserOf(world.person());
    const occurred_at = new Date(receivedAt + aheadMs).toISOString();
    world.emit('click', receivedAt, { identifiers, occurred_at }, { receivedAt });
  }
}

type Invalid = readonly [type: string, body: Body, request?: Request];
const server: Request = { server: true };
const orderOf = (order: Body): Body => ({ order: { order_id: 'bad-1', ...order } });

/** Each has one fault and must be rejected. */
export const invalidEvents: readonly Invalid[] = [
  ['teleport', {}],
  ['click', { medium: 'telepathy' }],
  ['click', { media_type: 'stolen' }],
  ['interaction', { interaction: { kind: 'wink' } }],
  ['click', { event_id: '' }],
  ['click', { event_id: 'e'.repeat(129) }],
  ['click', { occurred_at: '2026-03-01T10:00:00' }],
  ['click', { occurred_at: 'yesterday' }],
  ['click', { occurred_at: '2026-02-30T10:00:00Z' }],
  ['purchase', { order: { total: '1.00', currency: 'EUR' } }],
  ['purchase', {}],
  ['purchase', orderOf({ total: '1.000', currency: 'EUR' })],
  ['purchase', orderOf({ total: '1.0', currency: 'JPY' })],
  ['purchase', orderOf({ total: '1.0000', currency: 'KWD' })],
  ['purchase', orderOf({ total: '-1.00', currency: 'EUR' })],
  ['purchase', orderOf({ total: '1.00', currency: 'eur' })],
  ['purchase', orderOf({ total: '1.00', currency: 'QQQ' })],
  ['purchase', orderOf({ total: '1,00', currency: 'EUR' })],
  ['purchase', orderOf({ total: 0.1 + 0.2, currency: 'EUR' })],
  ['purchase', orderOf({ total: '1.00', currency: 'EUR', tax: '0.123' })],
  ['refund', { refund: { refund_id: 'bad-r', order_id: '1001' } }, server],
  ['refund', { refund: { refund_id: 'bad-r', total: '1.00', currency: 'EUR' } }, server],
  ['refund', { refund: { order_id: '1001', total: '1.00', currency: 'EUR' } }, server],
  ['refund', { refund: { refund_id: 'bad-r', order_id: '1', total: '1.00', currency: 'EUR' } }],
  ['unlink', { identifiers: { user_id: 'u', anonymous_id: 'a' } }],
  ['unlink', { identifiers: { user_id: 'u' } }, server],
  ['unlink', { identifiers: { user_id: 'u', anonymous_id: 'null' } }, server],
  ['unlink', { identifiers: { user_id: 'u', anonymous_id: 'a', handle: 'h' } }, server],
  ['link', { link: { link_id: 'l-1', url: 'https://shop.example/' } }],
  ['link', { link: { url: 'https://shop.example/' } }, server],
  ['coupon', { coupon: { influencer_id: 'i-1' } }, server],
  ['post', { post: { platform: 'mastodon' } }, server],
  [
    'spend',
    { spend: { spend_id: 's', date: '2026-03-01', amount: '1.5', currency: 'JPY' } },
    server,
  ],
];

export function invalidEvent(world: World): void {
  const [type, body, request] = world.random.pick(invalidEvents);
  const identifiers = world.browserOf(world.person());
  world.emit(type, world.instant(), { identifiers, ...body }, request ?? {});
}
