/**
 * Opens a task: its producer shuts out earlier owners, its state and positions are brought to where
 * the changelog says that they are.
 */
import { inputsOf, outputsOf, type ProcessorDeclaration } from '@rosi/streams';
import { decodeDocument, documentKey, markKey, type TaskDocument } from './changelog.js';
import { cutTooFar } from './cut-too-far.js';
import { KafkaError } from './errors.js';
import { firstOffset } from './offsets.js';
import { OpenTask, type OpenTaskEvents } from './opened-task.js';
import { restoreCopy } from './restore.js';
import { TaskInput } from './task-input.js';
import type { TaskSpec } from './task-spec.js';
import { TransactionalProducer } from './transactional-producer.js';

/** Throws a KafkaError for state that this build can't read, and for inputs that were cut. */
export async function openTask(spec: TaskSpec, events: OpenTaskEvents): Promise<OpenTask> {
  const { declaration, names, transactionalId, kafka, partition } = spec;
  const topic = names.changelogOf(declaration.name);
  const outputs = outputsOf(declaration).map(({ name }) => names.of(name));
  const written = [topic, names.barriers, ...outputs];
  const producer = await TransactionalProducer.open(kafka, transactionalId, written);
  try {
    const mark = {
      topic,
      partition,
      key: markKey,
      value: Buffer.from('{}'),
      timestamp: spec.now(),
    };
    const sent = await producer.send([mark]);
    await producer.commit();
    const markOffset = sent.get(`${topic}/${partition}`) ?? Number.NaN;
    await restoreCopy(spec.connection, spec.copy, { topic, partition, markOffset });
    const document = readDocument(spec);
    const inputs = await openInputs(spec, document, events.onRecords);
    // A gate must know of a barrier under way before it reads anything.
    await spec.gate?.untilHeard();
    const opened = new OpenTask(spec, events, producer, inputs, document);
    await opened.upgrade(document?.stateVersion ?? declaration.stateVersion);
    return opened;
  } catch (error) {
    await producer.close();
    throw error;
  }
}

/** What the last transaction has left; undefined: there was none. */
function readDocument({ copy, declaration, partitions }: TaskSpec): TaskDocument | undefined {
  const bytes = copy.get(documentKey);
  if (bytes === undefined) return undefined;
  const document = decodeDocument(bytes);
  const { name, stateVersion } = declaration;
  if (!canUpgrade(declaration, document.stateVersion)) {
    throw new KafkaError(
      'ROSI_STATE_VERSION',
      `The state of processor ${name} has format ${document.stateVersion}, and this build reads ` +
        `format ${stateVersion}; run the build that wrote it`,
    );
  }
  if (document.partitions === partitions) return document;
  throw new KafkaError(
    'ROSI_PARTITIONS_CHANGED',
    `The state of processor ${name} was made with ${document.partitions} partitions, not ` +
      `${partitions}; configure ${document.partitions}`,
  );
}

function canUpgrade({ stateVersion, upgrades }: ProcessorDeclaration, from: number): boolean {
  for (let version = from; version < stateVersion; version += 1) {
    if (upgrades?.[version] === undefined) return false;
  }
  return from <= stateVersion;
}

async function openInputs(
  spec: TaskSpec,
  document: TaskDocument | undefined,
  onRecords: () => void,
): Promise<TaskInput[]> {
  const { declaration, names, partition, limits, connection } = spec;
  return Promise.all(
    inputsOf(declaration).map(async (declared) => {
      const topic = names.of(declared.name);
      const known = document?.positions[declared.name];
      const first = await firstOffset(connection, { topic, partition });
      if (known !== undefined && known < first) throw cutTooFar({ topic, partition }, known, first);
      const next = known ?? first;
      return new TaskInput(declared, topic, partition, next, limits.bufferRecordsMax, onRecords);
    }),
  );
}
