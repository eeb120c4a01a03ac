/**
 * What an operator does: states settings of attribution, has everything
 * valued or recorded again, and erases persons. No producer can send
 * these, so they come up only when asked for.
 */
import { newOrder, purchase } from './order-situations.js';
import { touch } from './touch-situations.js';
import { type Body, dayMs, type PersonSketch, type World } from './world.js';

/** As stated, in days; a half-life is long enough for no share to fall below 10^−12. */
const windowsDays: readonly Body[] = [
  { click: 2, page: 2, interaction: 2, view: 2 },
  { click: 90, page: 90, interaction: 90, view: 90 },
  { click: 7, view: 7 },
  { interaction: 0.5, page: 10.000_001 },
];
const halfLivesDays = [2, 3.5, 14, 30, 2.345_678_9];
const positions = [
  { first: 0, last: 100 },
  { first: 50, last: 50 },
  { first: 33, last: 33 },
  { first: 0, last: 0 },
  { first: 60 },
];

/** At least one of them; those left out have their defaults again. */
function someSettings(world: World): Body {
  const { random } = world;
  const all = [
    { windows_days: random.pick(windowsDays) },
    { touchpoints_max: random.pick([1, 2, 3, 5, 2_000]) },
    { half_life_days: random.pick(halfLivesDays) },
    { position_based: random.pick(positions) },
  ];
  const chosen = random.shuffled(all).slice(0, random.integer(1, all.length));
  return Object.assign({}, ...chosen) as Body; // objects of the list above
}

function stateSettings(world: World, settings: Body, at: number): void {
  world.emit('settings', at, { settings }, { server: true });
}

export function settingsChange(world: World): void {
  stateSettings(world, world.random.chance(0.1) ? {} : someSettings(world), world.instant());
}

/** At one instant the larger event_id stays. */
export function settingsAtOneInstant(world: World): void {
  const at = world.instant();
  for (let i = 0; i < 2; i++) stateSettings(world, someSettings(world), at);
}

/** Settings with a window, and touchpoints on each side of its bounds. */
export function touchesOnStatedWindow(world: World): void {
  if (world.orders.length === 0) return;
  const order = world.random.pick(world.orders);
  const days = world.random.pick([2, 12, 45]);
  stateSettings(world, { windows_days: { click: days, view: days } }, world.instant());
  const start = order.at - days * dayMs;
  for (const at of [start, start + 1]) {
    touch(world, world.random.pick(['click', 'view']), order.person, at);
  }
  world.count('touches_on_stated_window');
}

/** Every order is valued again, or everything recorded again: nothing may change by it. */
export function upkeep(world: World): void {
  const work = world.random.pick(['replay', 'recompute']);
  world.emit('upkeep', world.instant(), { upkeep: { work } }, { server: true });
}

/** A person, by one or two of their identifiers; now and then somebody whom nobody has seen. */
export function erasePerson(world: World): void {
  const { random } = world;
  const identifiers = random.chance(0.1)
    ? { user_id: world.newId('stranger') }
    : world.identifiersOf(world.person());
  erase(world, identifiers);
}

/** What makes an identifier shared, each with what it is carried beside. */
function waysOfSharing(world: World, a: PersonSketch, b: PersonSketch): readonly Sharing[] {
  const anonymous = { anonymous_id: world.newId('worn') };
  const emails = Array.from({ length: 4 }, () => `worn${world.serial()}@mail.example`);
  return [
    { shared: anonymous, beside: [a, b].map(({ userId }) => ({ user_id: userId })) },
    {
      shared: anonymous,
      beside: [1, 2].map(() => ({ customer_id: `shopify:w${world.serial()}` })),
    },
    { shared: anonymous, beside: emails.map((email) => ({ email })) },
    {
      shared: { click_id: `w${world.serial()}` },
      beside: [a, b].map((person) => world.browserOf(person)),
    },
  ];
}

interface Sharing {
  readonly shared: Body;
  readonly beside: readonly Body[];
}

/**
 * What several people use is nobody's: it is erased only when it is named. What others did with it
 * stays theirs, come early or late.
 */
export function eraseShared(world: World): void {
  const { random } = world;
  const [a, b] = random.shuffled(world.persons);
  if (a === undefined || b === undefined) return;
  const { shared, beside } = random.pick(waysOfSharing(world, a, b));
  for (const one of beside) {
    world.emit('identify', world.instant(), { identifiers: { ...one, ...shared } });
  }
  const server = { server: true };
  for (let i = random.integer(1, 3); i > 0; i--) {
    const identifiers = { ...random.pick(beside), ...shared };
    touch(world, random.pick(['click', 'page']), a, world.instant(), { identifiers });
  }
  const order = newOrder(world);
  purchase(world, order, server, {
    identifiers: random.pick([shared, { ...beside[0], ...shared }]),
  });
  touch(world, 'click', a, order.at - dayMs, { identifiers: { ...beside[0], ...shared } });
  touch(world, 'click', a, world.instant(), { identifiers: shared });
  erase(world, shared);
}

/** An identifier that an unlink had parted from whom it was seen with: those keep their events. */
export function eraseParted(world: World): void {
  const person = world.person();
  const device = { anonymous_id: world.newId('parted') };
  const both = { identifiers: { ...device, user_id: person.userId } };
  for (let i = 0; i < 2; i++) touch(world, 'click', person, world.instant(), both);
  world.emit('unlink', world.instant(), both, { server: true });
  touch(world, 'click', person, world.instant(), { identifiers: device });
  erase(world, device);
}

/** A device that is erased twice, and had one user until one of the times and two until the other. */
export function eraseDeviceAgain(world: World): void {
  const { random } = world;
  const device = { anonymous_id: world.newId('reused') };
  const start = world.instant();
  const counts = random.shuffled([1, 2]);
  for (const [index, users] of counts.entries()) {
    const from = start + index * dayMs;
    for (let i = 0; i < users; i++) {
      const identifiers = { ...device, user_id: world.newId('reuser') };
      for (let visits = 0; visits < 2; visits++) {
        touch(world, 'click', world.person(), from + random.integer(1, dayMs - 1), { identifiers });
      }
    }
    erase(world, device, from + dayMs);
  }
}

function erase(world: World, identifiers: Body, at = world.instant()): void {
  world.emit('erase', at, { identifiers }, { server: true, withoutOccurredAt: true });
}

/** Of nobody but itself, with a click of its own. */
export function eraseOrderAlone(world: World): void {
  const order = newOrder(world);
  purchase(world, order, { server: true }, { identifiers: {} });
  const named = { identifiers: {}, order: { order_id: order.orderId } };
  touch(world, 'click', order.person, order.at - dayMs, named);
  eraseOrder(world, order.orderId);
}

/** Whoever an order's person is, and again: by then its person has been erased. */
export function eraseOrderAgain(world: World): void {
  if (world.orders.length === 0) return;
  const { orderId } = world.random.pick(world.orders);
  for (let i = 0; i < 3; i++) eraseOrder(world, orderId);
  world.count('erase_order_again');
}

function eraseOrder(world: World, orderId: string): void {
  const request = { server: true, withoutOccurredAt: true };
  world.emit('erase', world.instant(), { order: { order_id: orderId } }, request);
}
