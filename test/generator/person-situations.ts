/**
 * How identifiers come to be linked, shared and unlinked.
 */
import { touch } from './touch-situations.js';
import type { Body, World } from './world.js';

function identify(world: World, identifiers: Body, extra: Body = {}): void {
  world.emit(
    'identify',
    world.instant(),
    { identifiers, ...extra },
    {
      server: world.random.chance(0.4),
    },
  );
}

export function login(world: World): void {
  const person = world.person();
  identify(world, { ...world.browserOf(person), user_id: person.userId });
}

export function profile(world: World): void {
  identify(world, world.identifiersOf(world.person()));
}

/** A family tablet: two user_ids on one anonymous_id. */
export function sharedTablet(world: World): void {
  const [a, b] = world.random.shuffled(world.persons);
  if (a === undefined || b === undefined) return;
  const tablet = world.newId('tablet');
  touch(world, 'click', a, world.instant(), { identifiers: { anonymous_id: tablet } });
  for (const person of [a, b]) identify(world, { anonymous_id: tablet, user_id: person.userId });
  world.count('shared_tablet');
}

/** A shop's kiosk: two customers of one shop. Customers of two shops are one person instead. */
function customersOnOneDevice(world: World, ids: readonly [string, string]): void {
  const kiosk = world.newId('kiosk');
  for (const id of ids) identify(world, { anonymous_id: kiosk, customer_id: id });
  touch(world, 'click', world.person(), world.instant(), { identifiers: { anonymous_id: kiosk } });
}

export function kioskOfOneShop(world: World): void {
  const shop = world.random.pick(['shopify:', 'woo:', '']);
  customersOnOneDevice(world, [`${shop}k${world.serial()}`, `${shop}k${world.serial()}`]);
}

export function customersOfTwoShops(world: World): void {
  const shops = world.random.pick([
    ['shopify:', 'woo:'],
    ['', 'woo:'],
  ] as const);
  const [a, b] = shops;
  customersOnOneDevice(world, [`${a}k${world.serial()}`, `${b}k${world.serial()}`]);
}

function emailsOnOneDevice(world: World, count: number): void {
  const device = world.newId('device');
  for (let i = 0; i < count; i++) {
    identify(world, { anonymous_id: device, email: `many${world.serial()}@mail.example` });
  }
  identify(world, { anonymous_id: device, user_id: world.person().userId });
}

export function threeEmailsOnOneDevice(world: World): void {
  emailsOnOneDevice(world, 3);
}

export function fourEmailsOnOneDevice(world: World): void {
  emailsOnOneDevice(world, 4);
}

/** A forwarded link: one click_id in two browsers. */
export function forwardedLink(world: World): void {
  const clickId = `k${world.serial()}`;
  touch(world, 'click', world.person(), world.instant(), { identifiers: { click_id: clickId } });
  for (const person of world.random.shuffled(world.persons).slice(0, 2)) {
    const identifiers = world.browserOf(person);
    world.emit('page', world.instant(), {
      identifiers,
      page: { url: `https://shop.example/?rosi_click=${clickId}` },
    });
  }
}

/** A call centre's user with 50 or 51 handles; heavy, so it comes up seldom. */
function handlesOfOneUser(world: World, count: number): void {
  const hub = `hub-${world.serial()}`;
  for (let i = 0; i < count; i++) {
    identify(world, { user_id: hub, handle: `x:@fan${world.serial()}` });
  }
  identify(world, { user_id: hub, ...world.browserOf(world.person()) });
}

export function fiftyStrong(world: World): void {
  handlesOfOneUser(world, 50);
}

export function overFiftyStrong(world: World): void {
  handlesOfOneUser(world, 51);
}

function unlink(world: World, identifiers: Body, order?: Body): void {
  world.emit(
    'unlink',
    world.instant(),
    { identifiers, ...(order === undefined ? {} : { order }) },
    { server: true },
  );
}

/** Arrives before or after the link it removes: it must not matter. */
export function unlinkDevice(world: World): void {
  const person = world.person();
  const device = world.browserOf(person);
  const linkThem = () => identify(world, { ...device, user_id: person.userId });
  const unlinkThem = () => unlink(world, { ...device, user_id: person.userId });
  const first = world.random.chance(0.5);
  for (const step of first ? [unlinkThem, linkThem] : [linkThem, unlinkThem]) step();
  world.count(first ? 'unlink_before_link' : 'unlink_after_link');
}

export function unlinkOrder(world: World): void {
  if (world.orders.length === 0) return;
  const { orderId, person } = world.random.pick(world.orders);
  unlink(world, { user_id: person.userId }, { order_id: orderId });
  world.count('unlink_order');
}

/** An unlink takes the second user away: the device is shared no more. */
export function unlinkEndsSharing(world: World): void {
  const [a, b] = world.random.shuffled(world.persons);
  if (a === undefined || b === undefined) return;
  const device = world.newId('lent');
  for (const person of [a, b]) identify(world, { anonymous_id: device, user_id: person.userId });
  unlink(world, { anonymous_id: device, user_id: b.userId });
  touch(world, 'click', a, world.instant(), { identifiers: { anonymous_id: device } });
  world.count('unlink_ends_sharing');
}

/** Two identifiers that nobody has ever linked. */
export function unlinkOfStrangers(world: World): void {
  unlink(world, { user_id: world.newId('u'), anonymous_id: world.newId('a') });
}

/** Two journeys become one when an order page and a login meet. */
export function orderPageLinksBrowser(world: World): void {
  if (world.orders.length === 0) return;
  const { orderId } = world.random.pick(world.orders);
  world.emit('page', world.instant(), {
    identifiers: world.browserOf(world.person()),
    order: { order_id: orderId },
    page: { url: 'https://shop.example/order', referrer: 'https://shop.example/cart' },
  });
  world.count('order_page_links_browser');
}

/** Two orders in one event are one person's; now and then an unlink parts them again. */
export function twoOrdersInOneEvent(world: World): void {
  const [a, b] = world.random.shuffled(world.orders);
  if (a === undefined || b === undefined) return;
  const both = { order: { order_id: a.orderId }, refund: { order_id: b.orderId } };
  identify(world, world.random.chance(0.5) ? world.browserOf(a.person) : {}, both);
  if (world.random.chance(0.2)) world.emit('unlink', world.instant(), both, { server: true });
  world.count('two_orders_in_one_event');
}

export function integerIdentifier(world: World): void {
  const number = 7_000 + world.random.integer(0, 3);
  const browser = world.browserOf(world.person());
  identify(world, { user_id: number, ...browser });
  identify(world, { user_id: ` ${number} `, ...browser });
}
