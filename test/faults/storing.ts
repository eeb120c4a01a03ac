/** Faults in what must happen exactly once: the runtime's commit, and loading ClickHouse. */
import { type Fault, faultsOf } from './fault.js';

const runtime = 'packages/streams-embedded/src/embedded.contract.test.ts';
const runningEmbedded = 'packages/streams-embedded/src/run-embedded.test.ts';
const changes = 'packages/streams-embedded/src/changed-state.test.ts';
const loader = 'services/warehouse-loader/src/loader.test.ts';
const loaderReplay = 'services/warehouse-loader/src/loader-replay.test.ts';

const commit = [
  ...faultsOf('packages/streams-embedded/src/engine.ts', runtime, [
    {
      name: 'commit doubled',
      find: 'this.writeProgress();',
      replace: '',
      breaks: 'After a restart everything is handled once more.',
    },
    {
      name: 'positions committed without what is under way',
      find: 'for (const { queue } of this.tasks) queue.persist();',
      replace: '',
      breaks: 'What was between two processors is lost in a restart.',
    },
    {
      name: 'positions committed without outputs',
      find: 'this.ledger.persist();',
      replace: '',
      breaks: 'The ledger lacks what was handled.',
    },
    {
      name: 'position forgotten in a restart',
      find: 'const position = found?.position ?? input',
      replace: 'const position = input',
      breaks: 'Events count as often as the process starts.',
    },
  ]),
  ...faultsOf('packages/streams-embedded/src/engine.ts', runningEmbedded, [
    {
      name: 'positions committed without changes of state',
      find: '      this.state.persist();\n      this.writeProgress();',
      replace: '      this.writeProgress();',
      breaks: 'What was handled behind a backlog is as if it had never been, after a restart.',
    },
  ]),
  ...faultsOf('packages/streams-embedded/src/changed-state.ts', changes, [
    {
      name: 'state committed without what the tree was not told of',
      find: 'void this.log.put(sequenceKey(this.nextSequence), table.stored(logged, table.end));',
      replace: '',
      breaks: 'A restart forgets what was changed since the tree was last brought up to date.',
    },
    {
      name: 'a changed entry read twice',
      find: 'const isReplaced = table.find(key) >= 0;',
      replace: 'const isReplaced = false;',
      breaks: 'While the tree is brought up to date, an item is moved or counted twice.',
    },
    {
      name: 'changes taken for older than those before them',
      find: '    const { newer, older } = this;',
      replace: '    const { newer: older, older: newer } = this;',
      breaks: 'While the tree is brought up to date, a value that was replaced is read.',
    },
  ]),
  ...faultsOf('packages/streams-embedded/src/change-table.ts', changes, [
    {
      name: 'removals forgotten in a restart',
      find: 'const value = length === REMOVED ? null : stored.subarray(keyEnd, end);',
      replace: 'const value = stored.subarray(keyEnd, end);',
      breaks: 'What was removed is there again, empty.',
    },
  ]),
  ...faultsOf('packages/streams-embedded/src/task-queue.ts', runtime, [
    {
      name: 'handled work kept in the queue',
      find: 'for (const sequence of this.taken) void this.store.remove(this.keyOf(sequence));',
      replace: '',
      breaks: 'After a restart what was under way is handled once more.',
    },
  ]),
];

const loading = [
  ...faultsOf('services/warehouse-loader/src/partition-loader.ts', loader, [
    {
      name: 'batch inserted twice',
      find: 'await insertBatch(options, bounds, block);',
      replace:
        'for (const attempt of [1, 2]) await insertBatch(options, { ...bounds, attempt }, block);',
      breaks: 'Every sum is doubled.',
    },
    {
      name: 'position committed before the insert',
      find: 'await save({ position: checkpoint.position, open: bounds });',
      replace: 'await save({ position: bounds.to, open: null });',
      breaks: 'A batch that a crash interrupts is missing for ever.',
    },
    {
      name: 'an open batch taken for loaded',
      find: 'if (checkpoint.open !== null) await settle(checkpoint.open, timezone);',
      replace:
        'if (checkpoint.open !== null) await save({ position: checkpoint.open.to, open: null });',
      breaks: 'A batch that a crash interrupted is missing for ever.',
    },
  ]),
  ...faultsOf('services/warehouse-loader/src/settle-batch.ts', loader, [
    {
      name: 'mend skipped',
      find: 'await mendViews(options, { ...open, records }, timezone);',
      replace: '',
      breaks: 'What a crash tore stays torn: daily sums are not the sum of the credits.',
    },
    {
      name: "the server's late work not awaited",
      find: 'await assertQuiet(options);',
      replace: '',
      breaks: 'An insert that was slow to fail counts twice.',
    },
  ]),
  ...faultsOf('services/warehouse-loader/src/loader.ts', loaderReplay, [
    {
      name: 'events left out of a replay',
      find: 'loaded.topic === eventsCollected.name\n    ? 0',
      replace: "loaded.topic === ''\n    ? 0",
      breaks: 'After a replay the tables have no events.',
    },
    {
      name: "a replay begun at another log's positions",
      find: 'const fromBegin: ReplayFrom = () => 0;',
      replace: 'const fromBegin: ReplayFrom = (store, place) => keptPosition(store, place);',
      breaks: 'A replay after a lost log misses what stands before the position in the former one.',
    },
  ]),
  ...faultsOf('services/warehouse-loader/src/batch.ts', loader, [
    {
      name: 'token used again for another attempt',
      find: '{ from, to, attempt }: BatchBounds',
      replace: '{ from, to }: BatchBounds, attempt = 1',
      breaks: 'The server takes the second attempt for a repeat and drops it.',
    },
  ]),
  ...faultsOf('services/warehouse-loader/src/check-position.ts', loader, [
    {
      name: "another log's database taken over",
      find: 'if (!(await isSameRecord(options, newest))) throw otherRecord(options, newest);',
      replace: '',
      breaks: 'Tables of two histories are mixed.',
    },
  ]),
  ...faultsOf('packages/warehouse/src/mend-order-views.ts', loader, [
    {
      name: 'daily sums not mended',
      find: 'await database.insertSelect(dailySums(key), difference);',
      replace: '',
      breaks: 'The daily revenue differs from the credits after a crash.',
    },
  ]),
  ...faultsOf(
    'packages/warehouse/src/mend-order-views.ts',
    'packages/warehouse/src/order-time-rows.test.ts',
    [
      {
        name: 'orders in time not mended',
        find: 'await database.insertTimes(lost.flatMap(orderTimeRows));',
        replace: '',
        breaks: 'After a crash orders are missing from every question about a period.',
      },
    ],
  ),
  ...faultsOf('packages/warehouse/src/warehouse.ts', 'packages/warehouse/src/migrate.test.ts', [
    {
      name: 'view replay doubled',
      find: 'deduplicate_blocks_in_dependent_materialized_views: 1',
      replace: 'deduplicate_blocks_in_dependent_materialized_views: 0',
      breaks: 'A batch sent again counts again in the daily sums.',
    },
  ]),
];

const forgetting = [
  ...faultsOf('packages/warehouse/src/forget.ts', 'packages/warehouse/src/forget.test.ts', [
    {
      name: 'that the list of whom to forget was emptied is not seen',
      find: '  await assertStillListed(database, names, rows.length);',
      replace: '',
      breaks: 'Beside another loader an erased person stays in the tables.',
    },
  ]),
  ...faultsOf(
    'packages/warehouse/src/embedded/server-config.ts',
    'packages/warehouse/src/embedded/embedded-clickhouse.test.ts',
    [
      {
        name: 'pages of other sites may ask ClickHouse',
        find: '<Sec-Fetch-Site>regex:^(none|same-origin)?$</Sec-Fetch-Site>',
        replace: '',
        breaks: 'A site that the user visits reads his keys and files.',
      },
    ],
  ),
];

export const storingFaults: readonly Fault[] = [...commit, ...loading, ...forgetting];
