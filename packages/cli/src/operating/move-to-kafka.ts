/**
 * `rosi move-to-kafka`: carries an embedded installation to Kafka, whatever the number of partitions
 * there. What is accepted is stitched and loaded first; then the retained events, the state and the
 * positions go over; ClickHouse keeps its tables and is told that another log goes on with them.
 *
 * Guarantees: nothing is lost or counted twice, whenever it is interrupted and run again; until it
 * is finished nothing starts on the topics; the old log and state stay beside, untouched.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { eventsCollected } from '@rosi/events';
import { createLogger, RosiError, startInOrder } from '@rosi/service-kit';
import { statePlace, stitcherCopyFolder } from '@rosi/stitcher';
import { partitionOf } from '@rosi/streams';
import {
  type EventLog,
  openEventLog,
  openState,
  openStateToMove,
  type StateToMove,
} from '@rosi/streams-embedded';
import {
  agreeOn,
  type KafkaCluster,
  type MoveIn,
  openLogReader,
  openMoveIn,
  prepareTopics,
} from '@rosi/streams-kafka';
import { adoptLog } from '@rosi/warehouse';
import { beginAt, loadedTopicNames } from '@rosi/warehouse-loader';
import * as z from 'zod';
import { hasWarehouse, withWarehouse } from '../backup/instance-warehouse.js';
import type { StartConfig } from '../start/config.js';
import { openDataFolder } from '../start/data-folder.js';
import {
  copiedFact,
  firstTableOffsetFact,
  movedFact,
  movingFact,
} from '../start/installation-facts.js';
import { registeredIds, topologyShape } from '../start/kafka-log-parts.js';
import { agreeOnKeys } from '../start/key-agreement.js';
import { type FoundKeys, requireKeys } from '../start/keys.js';
import { allParts } from '../start/part-names.js';
import { createParts } from '../start/parts.js';
import { showProgress } from '../terminal/progress-line.js';
import type { Terminal } from '../terminal/terminal.js';

export interface MoveCommand {
  readonly config: StartConfig;
  readonly terminal: Terminal;
}

const pollMs = 100;
const readLimits = { recordsMax: 2_000, bytesMax: 4 * 1024 * 1024 };
/** Where the old log, state and positions are afterwards, in the data folder. */
const keptFolder = 'before-kafka';
const newPositions = 'loader-on-kafka';

export async function moveToKafka({ config, terminal }: MoveCommand): Promise<void> {
  const { dataDir, kafka: cluster } = config;
  if (cluster === null) {
    throw new RosiError(
      'ROSI_CONFIG_INVALID',
      'ROSI_KAFKA_BROKERS is not set: set it (and ROSI_KAFKA_PARTITIONS, which stays) to where ' +
        'the installation is to be.',
    );
  }
  refuseUnusable(dataDir);
  // Whoever works with it is told of before anything is done.
  openDataFolder(dataDir).release();
  const found = requireKeys(dataDir, config, new Set(['hashKey', 'suppressionKey']));
  if (!(await isCarriedOver(config, cluster))) {
    showProgress(terminal, 'stitching and loading what is left');
    await drain(config);
  }
  const folder = openDataFolder(dataDir);
  try {
    await move({ config, cluster, found, terminal });
  } finally {
    folder.release();
    showProgress(terminal, '');
  }
  terminal.out(
    `Moved ${dataDir} to Kafka: ${cluster.partitions} partitions, topics begin with ` +
      `${cluster.prefix}\nStart it with the same ROSI_KAFKA_… variables. What it was before is in ` +
      `${join(dataDir, keptFolder)}: remove it once you are content.\n`,
  );
}

function refuseUnusable(dataDir: string): void {
  if (existsSync(join(dataDir, 'events', 'data.mdb'))) return;
  throw new RosiError(
    'ROSI_DATA_DIR_UNUSABLE',
    `There is no log to move in ${dataDir}: set ROSI_DATA_DIR to the folder of an instance that ` +
      'ran without Kafka (and was not moved yet).',
  );
}

/** Runs stitcher and loader without anybody who accepts, until nothing is left to do. */
async function drain(config: StartConfig): Promise<void> {
  const logger = createLogger({ name: 'rosi', level: config.logLevel });
  let report: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    report = reject;
  });
  failed.catch(() => undefined); // It is raced with below, or comes too late to matter.
  const { parts, progress } = await createParts(
    { ...config, kafka: null, parts: new Set(['stitcher', 'loader']), httpPort: 0 },
    logger,
    report,
  );
  const running = await startInOrder(parts);
  try {
    while (!(await Promise.race([progress(), failed])).settled) {
      await Promise.race([wait(pollMs), failed]);
    }
  } finally {
    await running.stop();
  }
}

function topicsOf(config: StartConfig, cluster: KafkaCluster) {
  const { kafka, prefix, partitions, replicas } = cluster;
  const retentionMs = config.logRetention.ageMs;
  return { kafka, prefix, partitions, replicas, retentionMs, topology: topologyShape() };
}

/** An earlier try came so far that Kafka has all of it: the old log must not go on. */
async function isCarriedOver(config: StartConfig, cluster: KafkaCluster): Promise<boolean> {
  await prepareTopics(topicsOf(config, cluster));
  const log = await openEventLog({ dir: join(config.dataDir, 'events'), readOnly: true });
  await log.close();
  return (await agreeOn(cluster, {}))[movedFact] === log.uuid;
}

interface Move {
  readonly config: StartConfig;
  readonly cluster: KafkaCluster;
  readonly found: FoundKeys;
  readonly terminal: Terminal;
}

async function move({ config, cluster, found, terminal }: Move): Promise<void> {
  const { dataDir } = config;
  const log = await openEventLog({ dir: join(dataDir, 'events'), readOnly: true });
  try {
    await agreeOnKeys(cluster, found, allParts);
    if ((await agreeOn(cluster, {}))[movedFact] !== log.uuid) {
      await carryOver(config, cluster, log, terminal);
    }
    await carryPositions(config, cluster);
    await adopt(config, cluster, log);
  } finally {
    await log.close();
  }
  keepOld(dataDir);
}

/** Everything into Kafka. Until the last fact stands nothing starts there. */
async function carryOver(
  config: StartConfig,
  cluster: KafkaCluster,
  log: EventLog,
  terminal: Terminal,
): Promise<void> {
  const { kafka, prefix, partitions } = cluster;
  const state = await openStateToMove({ dir: join(config.dataDir, 'state') });
  const ids = await registeredIds(cluster);
  const topology = topologyShape();
  const target = await openMoveIn({ kafka, topology, partitions, prefix, ...ids });
  try {
    const isResumed = (await agreeOn(cluster, {}))[movingFact] === log.uuid;
    if (!isResumed && !(await target.isEmpty())) throw notEmpty(prefix);
    const first = await firstTableOffset(log, config.dataDir);
    await agreeOn(cluster, { [movingFact]: log.uuid, [firstTableOffsetFact]: String(first) });
    const copied = JSON.stringify(await fill(target, log, state, terminal));
    await agreeOn(cluster, { [copiedFact]: copied, [movedFact]: log.uuid });
  } finally {
    await target.close();
    await state.close();
  }
}

function notEmpty(prefix: string): RosiError {
  return new RosiError(
    'ROSI_CONFIG_INVALID',
    `Topics that begin with "${prefix}" have records already: a move goes into empty ones. Set ` +
      'ROSI_KAFKA_PREFIX to another beginning, or remove the topics.',
  );
}

/** Past everything that ClickHouse may have of the old log. */
async function firstTableOffset(log: EventLog, dataDir: string): Promise<number> {
  const ledger = await openState({ dir: join(dataDir, 'state') });
  try {
    const ends = loadedTopicNames.flatMap((topic) => {
      const reader = topic === eventsCollected.name ? log : ledger;
      const partitions = Array.from({ length: reader.partitions(topic) }, (_, one) => one);
      return partitions.map((partition) => reader.endOffset(topic, partition));
    });
    return Math.max(1, ...ends);
  } finally {
    await ledger.close();
  }
}

/** Where the copied events end in each partition. */
async function fill(
  target: MoveIn,
  log: EventLog,
  state: StateToMove,
  terminal: Terminal,
): Promise<readonly number[]> {
  showProgress(terminal, 'copying events');
  await target.copy(eventsCollected, eventsOf(log));
  const ends = await target.ends(eventsCollected.name);
  const all = ends.map((_, partition) => partition);
  for (const processor of state.processors) {
    showProgress(terminal, `copying the state of ${processor.name}`);
    await target.putState(processor.name, placed(processor.name, processor.entries(), all));
  }
  // Last: with its document a task takes its state for whole.
  for (const { name, stateVersion } of state.processors) {
    const outcomes = state.outcomes.filter((one) => one.processor === name);
    const positions = new Map(name === 'repeats' ? [[eventsCollected.name, ends]] : []);
    await target.finish({ name, stateVersion, outcomes }, positions);
  }
  return ends;
}

async function* eventsOf(log: EventLog) {
  const topic = eventsCollected.name;
  for (let partition = 0; partition < log.partitions(topic); partition += 1) {
    const end = log.endOffset(topic, partition);
    for (let from = log.firstOffset(topic, partition); from < end; ) {
      const records = log.read(topic, partition, from, readLimits);
      if (records.length === 0) break;
      for (const { offset, value, timestamp } of records) {
        yield { value: eventsCollected.codec.decode(value), timestamp };
        from = offset + 1;
      }
    }
  }
}

function* placed(
  processor: string,
  entries: Iterable<readonly [key: Buffer, value: Buffer]>,
  all: readonly number[],
) {
  for (const [key, value] of entries) {
    const place = statePlace(processor, key);
    const partitions = place === 'every' ? all : [partitionOf(place.key, all.length)];
    yield { key, value, partitions };
  }
}

/** The loader goes on behind what it has: the copied events are in ClickHouse, from the old log. */
async function carryPositions({ dataDir }: StartConfig, cluster: KafkaCluster): Promise<void> {
  if (existsSync(join(dataDir, keptFolder, 'loader'))) return; // An earlier try has done it.
  const facts = await agreeOn(cluster, {});
  const first = Number(facts[firstTableOffsetFact]);
  // Not where the topic ends now: others may have begun to accept since.
  const ends: readonly number[] = z.array(z.number()).parse(JSON.parse(facts[copiedFact] ?? ''));
  const positions = loadedTopicNames.flatMap((topic) =>
    ends.map((end, partition) => {
      const copied = topic === eventsCollected.name ? end : 0;
      return { topic, partition, position: first + copied };
    }),
  );
  const dir = join(dataDir, newPositions);
  rmSync(dir, { recursive: true, force: true });
  await beginAt(dir, positions);
}

async function adopt(config: StartConfig, cluster: KafkaCluster, log: EventLog): Promise<void> {
  const { dataDir, clickhouseUrl: url } = config;
  const place = { url, dir: join(dataDir, 'clickhouse') };
  const stateDir = join(dataDir, 'state');
  // Without the state an earlier try has come further than this.
  if (!existsSync(stateDir) || !hasWarehouse(place)) return;
  const { kafka, prefix, partitions } = cluster;
  const reader = await openLogReader({ kafka, prefix, partitions, topics: loadedTopicNames });
  await reader.close();
  const ledger = await openState({ dir: stateDir });
  await ledger.close();
  const logs = { from: `${log.uuid}/${ledger.uuid}`, to: `${reader.uuid}/${reader.uuid}` };
  await withWarehouse(place, (warehouse) => adoptLog(warehouse, logs));
}

/** In this order: as long as the log is where it was, the command can be run again. */
function keepOld(dataDir: string): void {
  const kept = join(dataDir, keptFolder);
  mkdirSync(kept, { recursive: true });
  const moveAway = (name: string) => {
    if (existsSync(join(dataDir, name))) renameSync(join(dataDir, name), join(kept, name));
  };
  const fresh = join(dataDir, newPositions);
  if (existsSync(fresh)) {
    moveAway('loader');
    renameSync(fresh, join(dataDir, 'loader'));
  }
  moveAway('state');
  mkdirSync(join(dataDir, stitcherCopyFolder), { recursive: true });
  moveAway('events');
}
