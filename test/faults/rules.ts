/** Faults in the rules: who is a person, which touchpoint counts, how money is split. */
import { type Fault, faultsOf } from './fault.js';

const counts = 'packages/identity/src/link-counts.test.ts';
const eligibility = 'packages/attribution/src/eligibility.test.ts';
const credits = 'packages/attribution/src/credit-order.test.ts';
const splits = 'packages/attribution/src/split-money.test.ts';

const sharing = faultsOf('packages/identity/src/link-counts.ts', counts, [
  {
    name: 'shared with one user_id more',
    find: 'USER_IDS_MAX = 1;',
    replace: 'USER_IDS_MAX = 2;',
    breaks: 'A family tablet joins two people.',
  },
  {
    name: 'shared with one customer_id of a shop more',
    find: 'CUSTOMER_IDS_OF_ONE_SHOP_MAX = 1;',
    replace: 'CUSTOMER_IDS_OF_ONE_SHOP_MAX = 2;',
    breaks: "A shop's kiosk joins two customers.",
  },
  {
    name: 'shared with one e-mail address less',
    find: 'EMAILS_MAX = 3;',
    replace: 'EMAILS_MAX = 2;',
    breaks: 'Somebody with three addresses comes apart.',
  },
  {
    name: 'click_id shared with one anonymous_id more',
    find: 'ANONYMOUS_IDS_OF_A_CLICK_MAX = 1;',
    replace: 'ANONYMOUS_IDS_OF_A_CLICK_MAX = 2;',
    breaks: 'A forwarded link joins two people.',
  },
  {
    name: 'shared with one strong identifier more',
    find: 'STRONG_MAX = 50;',
    replace: 'STRONG_MAX = 51;',
    breaks: 'A placeholder of a form joins 51 people.',
  },
  {
    name: 'customer_ids of different shops counted together',
    find: "return colon < 0 ? '' : customerId.slice(0, colon);",
    replace: "return '';",
    breaks: 'A customer of two shops comes apart.',
  },
]);

const persons = faultsOf(
  'packages/identity/src/persons.ts',
  'packages/identity/src/persons.test.ts',
  [
    {
      name: 'unlink removed at one end only',
      find: 'seen(b).delete(a);',
      replace: 'seen(b);',
      breaks: 'What was unlinked stays together.',
    },
    {
      name: 'a shared identifier joins',
      find: 'if (!shared.has(neighbour)) join(',
      replace: 'join(',
      breaks: 'Everybody at the kiosk is one person.',
    },
  ],
);

const windows = faultsOf('packages/attribution/src/eligibility.ts', eligibility, [
  {
    name: 'window closed at its old end',
    find: 'touch.touchedAt > orderedAt - windowMsOf',
    replace: 'touch.touchedAt >= orderedAt - windowMsOf',
    breaks: 'A click exactly 30 days old is credited.',
  },
  {
    name: 'window open at the order',
    find: 'touch.touchedAt <= orderedAt &&',
    replace: 'touch.touchedAt < orderedAt &&',
    breaks: 'A touchpoint at the very time of the order, each coupon, earns nothing.',
  },
  {
    name: 'tie of two touchpoints broken the other way',
    find: 'compareUtf8(a.touchpointId, b.touchpointId)',
    replace: 'compareUtf8(b.touchpointId, a.touchpointId)',
    breaks: 'Of two touchpoints in one millisecond the wrong one is first.',
  },
  {
    name: 'limit keeps the oldest',
    find: 'eligible.slice(-settings.touchpointsMax)',
    replace: 'eligible.slice(0, settings.touchpointsMax)',
    breaks: 'After a thousand touchpoints the newest earn nothing.',
  },
]);

const models = faultsOf('packages/attribution/src/credit-order.ts', credits, [
  {
    name: 'direct counted in last_non_direct',
    find: "touches[at]!.medium !== 'direct'",
    replace: "touches[at]!.medium !== 'none'",
    breaks: 'Direct visits take the credit of what brought them.',
  },
  {
    name: 'unattributed remainder dropped',
    find: 'if (net > 0) for (const model of models)',
    replace: 'if (net < 0) for (const model of models)',
    breaks: 'Orders that nothing earned are missing in every sum.',
  },
  {
    name: 'a unit without a share dropped',
    find: 'if (share > 0 || credit > 0)',
    replace: 'if (share > 0)',
    breaks: 'A cent of a huge order is lost.',
  },
]);

const split = [
  ...faultsOf('packages/attribution/src/split-money.ts', splits, [
    {
      name: 'remainders of a split go to the later',
      find: 'return left === right ? a - b',
      replace: 'return left === right ? b - a',
      breaks: 'Another touchpoint has the odd cent than the contract says.',
    },
  ]),
  ...faultsOf('packages/attribution/src/split-equally.ts', splits, [
    {
      name: 'remainders of linear go to the last',
      find: 'parts.fill(part + 1, 0, left);',
      replace: 'parts.fill(part + 1, count - left);',
      breaks: 'Another touchpoint has the odd cent than the contract says.',
    },
    {
      name: 'remainders of position_based are lost',
      find: 'const units = Math.min(left, size);',
      replace: 'const units = Math.min(left, size - 1);',
      breaks: "A model's credits do not sum to the net.",
    },
  ]),
  ...faultsOf('packages/attribution/src/split-by-decay.ts', splits, [
    {
      name: 'remainders of time_decay trusted too far',
      find: 'if (fraction < GUARD || fraction > 1 - GUARD) return undefined;',
      replace: '',
      breaks: 'The odd cent of time_decay depends on rounding.',
    },
  ]),
];

export const ruleFaults: readonly Fault[] = [
  ...sharing,
  ...persons,
  ...windows,
  ...models,
  ...split,
];
