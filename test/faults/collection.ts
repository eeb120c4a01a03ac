/** Faults in what the collector makes of an event. */
import { type Fault, faultsOf } from './fault.js';

const normalise = 'packages/events/src/normalise.test.ts';

const keys = 'services/collector/src/keys/keys.test.ts';
const turns = 'services/collector/src/turns.test.ts';
const refusals = 'services/collector/src/late-refusals.test.ts';

export const collectionFaults: readonly Fault[] = [
  ...faultsOf('services/collector/src/turns.ts', turns, [
    {
      name: 'a turn is not handed on',
      find: '      this.#begin(line);',
      replace: '',
      breaks: 'Whoever sends on many connections waits for ever.',
    },
  ]),
  ...faultsOf('services/collector/src/events-route.ts', keys, [
    {
      name: 'who waits for a turn is not counted',
      find: '  route.keyLimits.charge(request, keyKind, bySize);',
      replace: '',
      breaks: 'One connection brings as many events as it likes, past its limit.',
    },
  ]),
  ...faultsOf('services/collector/src/late-refusals.ts', refusals, [
    {
      name: 'who has gone keeps its place among late refusals',
      find: "    response.once('close', leave);",
      replace: '',
      breaks: 'A flood that hangs up delays the answers of its neighbours.',
    },
    {
      name: 'a stop waits for late refusals',
      find: '    for (const tell of [...this.#answers]) tell();',
      replace: '',
      breaks: 'Beside a flood a stop takes seconds.',
    },
  ]),
  ...faultsOf('packages/events/src/money.ts', 'packages/events/src/money.test.ts', [
    {
      name: 'every currency has two digits',
      find: "fraction.padEnd(digits, '0')",
      replace: "fraction.padEnd(2, '0')",
      breaks: 'Dinars and yen are off by a factor of ten or a hundred.',
    },
    {
      name: 'digits below the minor unit cut off',
      find: "if (fraction.length > digits) return { ok: false, code: 'amount_too_precise' };",
      replace: '',
      breaks: 'An amount that is too precise becomes a huge one.',
    },
  ]),
  ...faultsOf('packages/events/src/normalise.ts', normalise, [
    {
      name: "bot's touchpoint counted",
      find: 'classification.touchpoint && !bot',
      replace: 'classification.touchpoint',
      breaks: 'Crawlers earn credit.',
    },
    {
      name: 'consent ignored',
      find: 'const mayIdentify = consent.analytics !== false;',
      replace: 'const mayIdentify = true;',
      breaks: 'Who refused is recognised all the same.',
    },
    {
      name: 'Sec-GPC ignored',
      find: "context.keyKind === 'write' && context.secGpc",
      replace: 'false',
      breaks: 'Whose browser refuses is recognised all the same.',
    },
    {
      name: 'a write key may send anything',
      find: "context.keyKind === 'write' && !pixelTypeSet",
      replace: 'false && !pixelTypeSet',
      breaks: 'Anybody who reads the pixel sends refunds.',
    },
  ]),
  ...faultsOf('packages/events/src/identifiers.ts', normalise, [
    {
      name: 'e-mail not lower-cased before hashing',
      find: 'value: hash(lower)',
      replace: 'value: hash(trimmed)',
      breaks: 'Ada@Example.org and ada@example.org are two people.',
    },
    {
      name: 'placeholders taken for identifiers',
      find: 'if (placeholders.has(lower))',
      replace: 'if (placeholders.has(trimmed) && lower !== trimmed)',
      breaks: 'All guests are one person.',
    },
  ]),
  ...faultsOf(
    'services/collector/src/events-route.ts',
    'services/collector/src/events-route.test.ts',
    [
      {
        name: 'answered before the log has it',
        find: 'const failure = await appendDurably(route, acceptance.records);',
        replace: 'void appendDurably(route, acceptance.records); const failure = null;',
        breaks: 'An accepted event is lost in a crash.',
      },
    ],
  ),
  ...faultsOf(
    'services/collector/src/webhooks/order-rest.ts',
    'test/property/webhook-orders.test.ts',
    [
      {
        name: 'of one second chance tells whether an order is paid',
        find: "  paid: ':paid',",
        replace: "  paid: '',",
        breaks: 'An order that is paid in the second in which it was placed may be worth nothing.',
      },
    ],
  ),
  ...faultsOf('packages/events/src/text.ts', 'packages/events/src/text.test.ts', [
    {
      name: 'the begin of an address at the cut is kept',
      find: 'masked.length - personalLengthMax',
      replace: 'masked.length',
      breaks: 'Half of an e-mail address stays in clear in a long text.',
    },
  ]),
  ...faultsOf(
    'packages/cli/src/start/file-changes.ts',
    'packages/cli/src/start/file-changes.test.ts',
    [
      {
        name: 'a file is looked at for the first time later',
        find: '  let known = stateOf(path);',
        replace: '  let known = stateOf(path);\n  setTimeout(() => (known = stateOf(path)), 500);',
        breaks: 'A key that is revoked, or a secret that changes, right after the start counts on.',
      },
    ],
  ),
];
