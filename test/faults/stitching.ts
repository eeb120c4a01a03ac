/** Faults in the stitcher: what moves, who is told, what is recorded. */
import { type Fault, faultsOf } from './fault.js';

const identifiers = 'services/stitcher/src/identifiers';
const identity = 'services/stitcher/src/identity';
const journeys = 'services/stitcher/src/journeys';
const randomSets = 'test/property/random-sets.test.ts';

const moves = [
  ...faultsOf('services/stitcher/src/repeats.ts', 'services/stitcher/src/repeats.test.ts', [
    {
      name: 'repeats let through',
      find: 'if (state.get(key) !== undefined)',
      replace: 'if (state.get(key) === null)',
      breaks: 'Of two events with one id both count.',
    },
  ]),
  ...faultsOf(`${identifiers}/items.ts`, randomSets, [
    {
      name: "touchpoint's withdrawal lost",
      find: 'this.#contribute(workspace, before, event, true, cause);',
      replace: '',
      breaks: 'A touchpoint is credited to its old person and to its new one.',
    },
    {
      name: 'touchpoint withdrawn and not contributed again',
      find: '      this.#contribute(workspace, personId, event, false, cause);\n      this.#context.state.put(',
      replace: '      this.#context.state.put(',
      breaks: 'A touchpoint is lost when its person changes.',
    },
    {
      name: 'only the first page of touchpoints moves',
      find: 'node.moving = event.eventId;',
      replace: 'node.moving = null;',
      breaks: 'What a busy person did long ago stays with nobody.',
      caughtBy: `${identifiers}/items.test.ts`,
    },
    {
      name: 'only the first page of waiting touchpoints is given',
      find: 'return node.waiting === 0;',
      replace: 'return true;',
      breaks: 'What came in a burst before the answer is lost.',
      caughtBy: `${identifiers}/items.test.ts`,
    },
  ]),
  ...faultsOf(`${identifiers}/nodes.ts`, `${identifiers}/nodes.test.ts`, [
    {
      name: 'version check removed',
      find: 'if (assigned.version < node.version) return;',
      replace: '',
      breaks: 'A late answer moves an identifier back to a person that is no more.',
    },
    {
      name: 'what was asked is asked again',
      find: 'if (this.#context.state.get(key) !== undefined) return;',
      replace: '',
      breaks: 'Identity is asked by every event: its ceiling is events, not new links.',
    },
  ]),
];

const orders = [
  ...faultsOf(`${identifiers}/orders.ts`, randomSets, [
    {
      name: "order's withdrawal lost",
      find: 'this.#contribute(order, state.personId, state.orderedAt, contribution, true);',
      replace: '',
      breaks: "An order stays among its old person's: the next one is no new customer's.",
    },
    {
      name: 'stale answer accepted',
      find: 'state.contribution !== attributed.contribution ||',
      replace: '',
      breaks: 'An order is credited to touchpoints of a person that it left.',
    },
    {
      name: 'coupon touchpoint lost',
      find: '...coupons.map(({ code }) => couponTouch(orderId, code, facts.orderedAt)),',
      replace: '',
      breaks: 'An influencer whose code was used earns nothing.',
    },
    {
      name: "withdrawal of a coupon's use not told",
      find: 'this.#context.emit(couponsUsed, { workspace, code, orderId, withdrawn: true }, cause);',
      replace: '',
      breaks: 'A code keeps telling orders that use it no longer.',
      caughtBy: `${identifiers}/orders.test.ts`,
    },
    {
      name: 'an order of nobody else is a new customer',
      find: 'attributed?.firstOrder === true && isOfKnown',
      replace: 'attributed?.firstOrder === true',
      breaks: 'Somebody known by an order alone counts as a new customer.',
    },
  ]),
  ...faultsOf(`${identifiers}/merge-order.ts`, `${identifiers}/merge-order.test.ts`, [
    {
      name: 'pixel beats server',
      find: 'return isServer(a) ? -1 : 1;',
      replace: 'return isServer(a) ? 1 : -1;',
      breaks: 'What a browser says of an order outdoes the shop.',
    },
    {
      name: "order's time from the latest",
      find: 'Math.min(least, event.occurredAt), Number.MAX_VALUE',
      replace: 'Math.max(least, event.occurredAt), 0',
      breaks: 'An update nine days later moves the order.',
    },
    {
      name: 'refund counted twice',
      find: 'best.set(event.refund.refundId, event);',
      replace: 'best.set(event.eventId, event);',
      breaks: 'A refund told by the shop and by the payment provider is subtracted twice.',
    },
    {
      name: 'refund capped by the total',
      find: 'const refunded = sumRefunds(events, total.currency);',
      replace: 'const refunded = Math.min(total.total, sumRefunds(events, total.currency));',
      breaks: 'What was refunded beyond the total is not shown.',
    },
    {
      name: 'refund in another currency subtracted',
      find: 'refund !== null && refund.currency === currency',
      replace: 'refund !== null',
      breaks: 'Dollars are taken off euros.',
    },
    {
      name: 'net not floored at 0',
      find: 'Math.max(0, total.total - refunded)',
      replace: 'total.total - refunded',
      breaks: 'An order earns less than nothing.',
    },
  ]),
  ...faultsOf(`${identifiers}/ledger-record.ts`, `${identifiers}/ledger-record.test.ts`, [
    {
      name: 'deltas not cancelled',
      find: 'else deltas.push(delta(before, credit, place, -1));',
      replace: '',
      breaks: 'Daily sums keep what was taken back.',
    },
    {
      name: 'deltas that stay the same told again',
      find: 'rows[place] = undefined;',
      replace: '',
      breaks: 'Daily sums count an order once for each change of it.',
    },
    {
      name: 'a moved order not told',
      find: 'before.orderedAt === next.orderedAt ? [] : [before.orderedAt];',
      replace: '[];',
      breaks: 'An order without credit stands at both of its times in orders_by_time.',
    },
  ]),
];

const catalogue = faultsOf(`${identifiers}/catalogue.ts`, randomSets, [
  {
    name: 'older catalogue version wins',
    find: 'return later > 0 ||',
    replace: 'return later < 0 ||',
    breaks: 'A corrected post is shown as it was.',
  },
  {
    name: 'tie of two catalogue versions broken the other way',
    find: 'compareUtf8(event.eventId, before.eventId) > 0',
    replace: 'compareUtf8(event.eventId, before.eventId) < 0',
    breaks: 'Which of two versions counts depends on the order in which they came.',
  },
  {
    name: "a code's new owner not told to its orders",
    find: "entry.kind === 'coupon' && changedOwner",
    replace: 'false && changedOwner',
    breaks: 'A coupon entered after its first use earns nothing for it.',
  },
]);

const people = [
  ...faultsOf(`${identity}/link-store.ts`, `${identity}/identity.test.ts`, [
    {
      name: 'unlink forgotten',
      find: 'return this.#context.state.get(this.#unlinkKey(a, b)) !== undefined;',
      replace: 'return false;',
      breaks: 'The next event that carries both joins what was unlinked for good.',
    },
  ]),
  ...faultsOf(`${identity}/components.ts`, `${identity}/identity.test.ts`, [
    {
      name: 'split not taken apart',
      find: 'for (const component of this.#apart) this.#rebuild(component);',
      replace: '',
      breaks: 'What a shared identifier had joined stays one person.',
    },
    {
      name: 'merge forgets the smaller half',
      find: 'this.#store.deleteComponent(small.number);',
      replace: '',
      breaks: 'State keeps components of nobody for ever.',
    },
    {
      name: 'larger representative taken',
      find: 'compareIdentifierKeys(representative, component.representative) < 0',
      replace: 'compareIdentifierKeys(representative, component.representative) > 0',
      breaks: "A person's id depends on the order of events.",
    },
  ]),
];

const telling = [
  ...faultsOf(`${journeys}/journeys.ts`, `${journeys}/journeys.test.ts`, [
    {
      name: 'first-order flip missed',
      find: 'if (firstBefore !== undefined && first?.orderId',
      replace: 'if (firstBefore === null && first?.orderId',
      breaks: 'Two orders of one person are both the first.',
    },
    {
      name: 'only the first page of orders is told',
      find: 'if (journey.hasUntold) this.#sendOn(journey, cause);',
      replace: 'if (journey.hasUntold) return;',
      breaks: 'The hundred and first order of a large person never learns what earned it.',
    },
    {
      name: 'orders told for each page of a move',
      find: 'const waits = isTelling || this.#moved.has(key);',
      replace: 'const waits = isTelling;',
      breaks: 'A large person who is moved holds up everybody.',
    },
    {
      name: 'touchpoint at the time of the latest order told to nobody',
      find: 'touchedAt.every((time) => time > latest)',
      replace: 'touchedAt.every((time) => time >= latest)',
      breaks: 'A touchpoint in the very millisecond of an order earns nothing.',
      caughtBy: randomSets,
    },
    {
      name: 'late touchpoint told to no order',
      find: 'for (const order of this.#reached(change)) touched.set(order.orderId, order);',
      replace: '',
      breaks: 'A click that arrives after the order earns nothing.',
    },
  ]),
];

const erasing = [
  ...faultsOf('packages/events/src/erased.ts', 'packages/events/src/erased.test.ts', [
    {
      name: 'any erased identifier takes the person',
      find: "return listed[index] === 'own' && !bot && !isApart(key);",
      replace: "return listed[index] !== 'nothing';",
      breaks: 'A replay takes pages and texts of whoever used a kiosk that was erased.',
    },
  ]),
  ...faultsOf(
    'services/warehouse-loader/src/lens.ts',
    'services/warehouse-loader/src/lens.test.ts',
    [
      {
        name: 'the tables are told of what was shared as of one’s own',
        find: 'key, shared.has(key))',
        replace: 'key)',
        breaks: 'Until the next start late events of a kiosk’s users stand without words.',
      },
    ],
  ),
  ...faultsOf(
    'services/stitcher/src/identity/erasure.ts',
    'services/stitcher/src/erasure.test.ts',
    [
      {
        name: 'who was erased is erased again',
        find: 'others.filter((member) => !member.erased)',
        replace: 'others',
        breaks: 'A second erasure, by an order, takes the credit from posts.',
      },
      {
        name: 'who stays an order alone is forgotten',
        find: 'persons: this.#personsGone(all, staying),',
        replace: 'persons: this.#personsGone(all, []),',
        breaks: 'The erasure of an order without a person deletes its credit.',
      },
      {
        name: 'what was shared is listed as one’s own',
        find: 'workspace, member.identifier, member.shared)',
        replace: 'workspace, member.identifier)',
        breaks: 'Whoever used a kiosk that was erased gets no credit for a click that comes late.',
      },
      {
        name: 'who was parted from the erased is not listed',
        find: 'this.#apartNames(workspace, [...erased, ...orders], all);',
        replace: '[];',
        breaks: 'Whose link with an erased device was removed loses words in a replay.',
      },
    ],
  ),
];

export const stitchingFaults: readonly Fault[] = [
  ...moves,
  ...orders,
  ...catalogue,
  ...people,
  ...telling,
  ...erasing,
];
