/**
 * What only the data folder can tell: the tables against the log, the state and the loader's
 * positions, read beside the running product. On another machine these checks are left out.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { suppressionHash } from '@rosi/service-kit';
import type { TopicReader } from '@rosi/streams';
import { openEventLog, openState } from '@rosi/streams-embedded';
import {
  type CheckResult,
  checkPlaces,
  compareRecords,
  type Finding,
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

export interface LogCheckOptions {
  readonly dataDir: string;
  readonly warehouse: Warehouse;
  /** Of the suppression list. */
  readonly suppressionKey: string;
  readonly findingsMax: number;
  /** How far a check has come: records of the log that were looked at. */
  readonly onProgress: (name: string, done: number, total: number) => void;
}

const folders = ['events', 'state', 'loader'];
const page = { recordsMax: 10_000, bytesMax: 8 * 1024 * 1024 };

/** A topic and where it is read. */
interface Source {
  readonly loaded: LoadedTopic;
  readonly reader: TopicReader;
}

/** Null: the data folder is not on this machine. */
export async function checkLog(options: LogCheckOptions): Promise<readonly CheckResult[] | null> {
  const { dataDir } = options;
  if (!folders.every((name) => existsSync(join(dataDir, name, 'data.mdb')))) return null;
  const events = await openEventLog({ dir: join(dataDir, 'events'), readOnly: true });
  const state = await openState({ dir: join(dataDir, 'state') });
  const loader = await loaderProgress(join(dataDir, 'loader'));
  try {
    const positions = loader.positions();
    const lens = new Lens(suppressionHash(options.suppressionKey));
    await lens.read(options.warehouse, await options.warehouse.generation());
    const topics = loadedTopics(lens);
    const sources: Source[] = [
      { loaded: topics.events, reader: events },
      ...topics.ledger.map((loaded) => ({ loaded, reader: state })),
    ];
    const places = await checkPlaces(options.warehouse, {
      logUuid: `${events.uuid}/${state.uuid}`,
      places: sources.flatMap((source) =>
        positions
          .filter((one) => one.topic === source.loaded.topic)
          .map((one) => ({
            ...one,
            table: source.loaded.table,
            endsInRow: endsInRow(source, one),
          })),
      ),
      findingsMax: options.findingsMax,
    });
    const records: CheckResult[] = [];
    for (const source of sources) records.push(await checkTopic(options, source, positions));
    return [...places, ...records];
  } finally {
    await loader.close();
    await state.close();
    await events.close();
  }
}

/** Whether the last record that was loaded has to have a row of its own. */
function endsInRow({ loaded, reader }: Source, place: LoaderPosition): boolean {
  const { topic, partition, position, erasedTo } = place;
  const last = position - 1;
  if (last < erasedTo || last < reader.firstOffset(topic, partition)) return false;
  const [record] = reader.read(topic, partition, last, { ...page, recordsMax: 1 });
  return record !== undefined && loaded.rows(partition, [record]).length > 0;
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
    const first = Math.max(reader.firstOffset(topic, partition), erasedTo);
    for (let from = first; from < position; ) {
      onProgress(name, from - first, position - first);
      const records = reader
        .read(topic, partition, from, page)
        .filter(({ offset }) => offset < position);
      const to = (records.at(-1)?.offset ?? position - 1) + 1;
      const rows = loaded.rows(partition, records);
      // Retention may cut while this reads: records before the first that is left are not judged.
      const read = { table: loaded.table, partition, from: records[0]?.offset ?? to, to, rows };
      const off = await compareRecords(warehouse, read);
      count += off.length;
      findings.push(...off.slice(0, Math.max(0, findingsMax - findings.length)));
      from = to;
    }
  }
  const law = `each record of ${loaded.topic} that the log still has is in ${loaded.table}`;
  return { check: name, law, count, findings, remedy: count === 0 ? null : REPLAY_REMEDY };
}
