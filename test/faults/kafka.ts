/** Faults in what Kafka leaves to us: reading, copies of state, shares of the work, the move. */
import { type Fault, faultsOf } from './fault.js';

const streams = 'packages/streams-kafka/src';

export const kafkaFaults: readonly Fault[] = [
  ...faultsOf(`${streams}/record-batches.ts`, `${streams}/record-batches.test.ts`, [
    {
      name: 'of several transactions taken back one is heeded',
      find: 'while (waiting[0] !== undefined',
      replace: 'if (waiting[0] !== undefined',
      breaks: 'Events of producers that took them back count, where their transactions overlap.',
    },
    {
      name: 'transactions taken back in the order in which they ended',
      find: '[...aborted].sort((a, b) => a.firstOffset - b.firstOffset)',
      replace: '[...aborted]',
      breaks: 'A long transaction that was taken back counts until a shorter one within it begins.',
    },
  ]),
  ...faultsOf(`${streams}/restore.ts`, `${streams}/restore.test.ts`, [
    {
      name: 'a copy of state not caught up',
      find: 'while (next <= markOffset) {',
      replace: 'while (!isUsable && next <= markOffset) {',
      breaks: 'After a commit whose answer was lost, its events are handled once more.',
    },
    {
      name: 'a copy ahead of its changelog trusted',
      find: 'place.changelogOffset <= markOffset &&',
      replace: '',
      breaks: 'State of topics that were removed goes on in those that were made anew.',
    },
  ]),
  ...faultsOf(`${streams}/task-state.ts`, `${streams}/task-state.test.ts`, [
    {
      name: 'what was written again is forgotten with what went to the copy',
      find: 'if (this.byKey.get(text) !== write) continue;',
      replace: '',
      breaks: 'A change that is made while the one before is saved is lost.',
    },
    {
      name: 'an older write of what went to the copy stays',
      find: 'this.tree.delete(text);',
      replace: '',
      breaks: 'A page of a person lacks what was removed and came back.',
    },
  ]),
  ...faultsOf(`${streams}/assign-units.ts`, `${streams}/assign-units.test.ts`, [
    {
      name: 'odd tasks of every processor to the same member',
      find: 'a.extras - b.extras ||',
      replace: '',
      breaks: 'One process has a task more of each processor, and the other ones idle.',
    },
    {
      name: 'who has a task does not keep it',
      find: 'for (const share of shares) for (const name of share.owned) give(share, name);',
      replace: '',
      breaks: 'Whenever a process comes or goes, tasks of all others move and are restored.',
    },
    {
      name: 'who has the state of a task does not get it',
      find: 'for (const share of shares) for (const name of share.stored) give(share, name);',
      replace: '',
      breaks: 'A process that was restarted reads the changelogs of tasks that are new to it.',
    },
  ]),
  ...faultsOf(
    'packages/streams-embedded/src/state-to-move.ts',
    'packages/streams-embedded/src/state-to-move.test.ts',
    [
      {
        name: 'changes beside the tree not moved to Kafka',
        find: '  workInAll(environment, state);',
        replace: '  void workInAll;',
        breaks: 'What was seen last before the move is as if it had never been.',
      },
    ],
  ),
];
