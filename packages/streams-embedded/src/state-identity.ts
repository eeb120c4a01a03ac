/** Refuses state that is not of this log and this build; makes the identity of new state. */
import { randomUUID } from 'node:crypto';
import type { ProcessorDeclaration, TopicReader } from '@rosi/streams';
import { EmbeddedError } from './errors.js';
import type { StateIdentity } from './state-store.js';

const REMEDY = 'or move the state folder away, and it is built again from the event log';

/** The identity to go on with: the known one, plus processors that are new. */
export function checkIdentity(
  known: StateIdentity | undefined,
  expected: {
    readonly dir: string;
    readonly input: TopicReader;
    readonly partitions: number;
    readonly processors: readonly ProcessorDeclaration[];
  },
): StateIdentity {
  const { dir, input, partitions, processors } = expected;
  const declared = processors.map(({ name, stateVersion }) => ({ name, stateVersion }));
  if (known === undefined) {
    return { uuid: randomUUID(), inputUuid: input.uuid, partitions, processors: declared };
  }
  if (known.inputUuid !== input.uuid) {
    throw new EmbeddedError(
      'ROSI_STATE_OF_ANOTHER_LOG',
      `The state in ${dir} was made from event log ${known.inputUuid}, not from ${input.uuid}; ` +
        `restore the two folders together, ${REMEDY}`,
    );
  }
  if (known.partitions !== partitions) {
    throw new EmbeddedError(
      'ROSI_PARTITIONS_CHANGED',
      `The state in ${dir} was made with ${known.partitions} partitions, not ${partitions}; ` +
        `configure ${known.partitions} again, ${REMEDY}`,
    );
  }
  for (const { name, stateVersion } of declared) {
    const before = known.processors.find((one) => one.name === name);
    if (before === undefined || before.stateVersion === stateVersion) continue;
    throw new EmbeddedError(
      'ROSI_STATE_VERSION',
      `The state of processor ${name} in ${dir} has format ${before.stateVersion}, and this ` +
        `build reads format ${stateVersion}; run the build that wrote it, ${REMEDY}`,
    );
  }
  const names = new Set(known.processors.map(({ name }) => name));
  const added = declared.filter(({ name }) => !names.has(name));
  return added.length === 0 ? known : { ...known, processors: [...known.processors, ...added] };
}
