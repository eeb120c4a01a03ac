/**
 * Refuses state that is not of this log, or that this build can neither read nor upgrade; makes the
 * identity of new state.
 */
import { randomUUID } from 'node:crypto';
import type { ProcessorDeclaration, StateStore, TopicReader } from '@rosi/streams';
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
  for (const processor of processors) {
    const { name, stateVersion } = processor;
    const before = known.processors.find((one) => one.name === name);
    if (before === undefined || canUpgrade(processor, before.stateVersion)) continue;
    throw new EmbeddedError(
      'ROSI_STATE_VERSION',
      `The state of processor ${name} in ${dir} has format ${before.stateVersion}, and this ` +
        `build reads format ${stateVersion}; run the build that wrote it, ${REMEDY}`,
    );
  }
  const versions = new Map(declared.map(({ name, stateVersion }) => [name, stateVersion]));
  const kept = known.processors.map(({ name, stateVersion }) => ({
    name,
    stateVersion: versions.get(name) ?? stateVersion,
  }));
  const names = new Set(kept.map(({ name }) => name));
  const added = declared.filter(({ name }) => !names.has(name));
  return { ...known, processors: [...kept, ...added] };
}

function canUpgrade({ stateVersion, upgrades }: ProcessorDeclaration, from: number): boolean {
  for (let version = from; version < stateVersion; version += 1) {
    if (upgrades?.[version] === undefined) return false;
  }
  return from <= stateVersion;
}

/** The steps that bring a processor's state from the version known to the declared one. */
export function upgradesOf(
  { name, stateVersion, upgrades }: ProcessorDeclaration,
  known: StateIdentity | undefined,
): readonly ((state: StateStore) => void)[] {
  const from = known?.processors.find((one) => one.name === name)?.stateVersion ?? stateVersion;
  return Array.from({ length: stateVersion - from }, (_, step) => upgrades?.[from + step]).flatMap(
    (upgrade) => upgrade ?? [],
  );
}
