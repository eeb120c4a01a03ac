/**
 * What only log and loader can tell: the tables against the log and the loader's positions, read
 * beside the running product. Where the loader's folder is not on this machine, or nothing says where
 * its log is, these checks are left out.
 */
import { join } from 'node:path';
import { suppressionHash } from '@rosi/service-kit';
import type { LogReader, LogRecord } from '@rosi/streams';
import {
  type CheckResult,
  checkPlaces,
  compareRecords,
  type Finding,
  type LoadedPlace,
  REPLAY_REMEDY,
  type Warehouse,
} from '@rosi/warehouse';
import {
  Lens,
  type LoadedTopic,
  type LoaderPosition,
  loadedTopics,
  loaderProgress,
} from '@rosi/warehouse-loader';
import { type CheckedLogs, type LogPlace, openCheckedLogs } from './checked-logs.js';

export interface LogCheckOptions extends LogPlace {
  readonly warehouse: Warehouse;
  /** Of the suppression list. */
  readonly suppressionKey: string;
  readonly findingsMax: number;
  /** How far a check has come: offsets of the log that were looked at. */
  readonly onProgress: (name: string, done: number, total: number) => void;
}

const page = { recordsMax: 10_000, bytesMax: 8 * 1024 * 1024 };
/** How far back a last record is looked for first: a log in Kafka uses some offsets for itself. */
const lookBack = 16;

/** A topic and where it is read. */
interface Source {
  readonly loaded: LoadedTopic;
  readonly reader: LogReader;
}

/** Null: there is no log to hold the tables against. */
export async function checkLog(options: LogCheckOptions): Promise<readonly CheckResult[] | null> {
  const logs = await openCheckedLogs(options);
  if (logs === null) return null;
  try {
    const loader = await loaderProgress(join(options.dataDir, 'loader'));
    try {
      return await checkLoaded(options, logs, loader.positions());
    } finally {
      await loader.close();
    }
  } finally {
    await logs.close();
  }
}

async function checkLoaded(
  options: LogCheckOptions,
  { events, ledger }: CheckedLogs,
  positions: readonly LoaderPosition[],
): Promise<readonly CheckResult[]> {
  const { warehouse, findingsMax } = options;
  const lens = new Lens(suppressionHash(options.suppressionKey));
  await lens.read(warehouse, await warehouse.generation());
  const topics = loadedTopics(lens);
  const sources: Source[] = [
    { loaded: topics.events, reader: events },
    ...topics.ledger.map((loaded) => ({ loaded, reader: ledger })),
  ];
  const places: LoadedPlace[] = [];
  for (const source of sources) {
    for (const one of positions.filter(({ topic }) => topic === source.loaded.topic)) {
      const lastRow = await lastRowOf(source, one);
      places.push({ ...one, table: source.loaded.table, lastRow });
    }
  }
  const logUuid = `${events.uuid}/${ledger.uuid}`;
  const results = [...(await checkPlaces(warehouse, { logUuid, places, findingsMax }))];
  for (const source of sources) results.push(await checkTopic(options, source, positions));
  return results;
}

/** The offset of the last record that was loaded, if it has to have a row of its own. */
async function lastRowOf(
  { loaded, reader }: Source,
  { topic, partition, position, erasedTo }: LoaderPosition,
): Promise<number | null> {
  const first = Math.max(await reader.firstOffset(topic, partition), erasedTo);
  for (let back = lookBack; ; back *= 2) {
    const from = Math.max(first, position - back);
    if (from >= position) return null;
    const last = await lastRecordIn(reader, { topic, partition, from, to: position });
    if (last !== undefined) return loaded.rows(partition, [last]).length > 0 ? last.offset : null;
    if (from === first) return null;
  }
}

interface Stretch {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

async function lastRecordIn(reader: LogReader, stretch: Stretch): Promise<LogRecord | undefined> {
  let last: LogRecord | undefined;
  for (let from = stretch.from; from < stretch.to; ) {
    const { records, next } = await readWithin(reader, { ...stretch, from });
    last = records.at(-1) ?? last;
    from = next;
  }
  return last;
}

/** Some records of a stretch that lies before the end of the log; `next` is within it or its end. */
async function readWithin(reader: LogReader, { topic, partition, from, to }: Stretch) {
  const run = await reader.read(topic, partition, from, page);
  const records = run.records.filter(({ offset }) => offset < to);
  // A stretch in which nothing can be read any more has nothing left to judge.
  return { records, next: run.next > from ? Math.min(run.next, to) : to };
}

/** Every record that the log still has and the loader has loaded. */
async function checkTopic(
  options: LogCheckOptions,
  { loaded, reader }: Source,
  positions: readonly LoaderPosition[],
): Promise<CheckResult> {
  const { warehouse, findingsMax, onProgress } = options;
  const name = `${loaded.table.replaceAll('_', '-')}-records`;
  const findings: Finding[] = [];
  let count = 0;
  for (const { topic, partition, position, erasedTo } of positions) {
    if (topic !== loaded.topic) continue;
    // An erasure has changed rows of what came before it: the laws alone tell of those.
    const first = Math.max(await reader.firstOffset(topic, partition), erasedTo);
    for (let from = first; from < position; ) {
      onProgress(name, from - first, position - first);
      const stretch = { topic, partition, from, to: position };
      const { records, next } = await readWithin(reader, stretch);
      const rows = loaded.rows(partition, records);
      // Retention may cut while this reads: records before the first that is left are not judged.
      const begin = records[0]?.offset ?? next;
      const read = { table: loaded.table, partition, from: begin, to: next, rows };
      const off = await compareRecords(warehouse, read);
      count += off.length;
      findings.push(...off.slice(0, Math.max(0, findingsMax - findings.length)));
      // It may have been cut meanwhile, which a reader of Kafka refuses to pass over unasked.
      from = Math.max(next, await reader.firstOffset(topic, partition));
    }
  }
  const law = `each record of ${loaded.topic} that the log still has is in ${loaded.table}`;
  return { check: name, law, count, findings, remedy: count === 0 ? null : REPLAY_REMEDY };
}
