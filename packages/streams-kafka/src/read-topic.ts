/** Everything that can be read of a partition at the time of asking; for topics that are small. */
import type { KafkaConnection } from './connection.js';
import { KafkaError } from './errors.js';
import { fetchRecords } from './fetch-records.js';
import { endOffsets, firstOffset, offsetIn, type Place, placeKey } from './offsets.js';
import type { KafkaRecord } from './record-batches.js';

/** Nobody waits for what is not there yet. */
const LIMITS = { waitMs: 0, bytesMax: 8e6, partitionBytesMax: 8e6 };

/** Committed records, from the given offset or the first that is left, to the present end. */
export async function readPartition(
  connection: KafkaConnection,
  place: Place,
  start = 0,
): Promise<KafkaRecord[]> {
  const records: KafkaRecord[] = [];
  const end = offsetIn(await endOffsets(connection, [place]), place);
  let from = Math.max(start, await firstOffset(connection, place));
  while (from < end) {
    const broker = await connection.leader(place.topic, place.partition);
    const [fetched] = await fetchRecords(broker, [{ ...place, from }], LIMITS);
    if (fetched === undefined || fetched.error !== undefined) {
      const told = fetched?.error ?? 'no answer';
      throw new KafkaError('ROSI_LOG_UNAVAILABLE', `${placeKey(place)} can't be read: ${told}`);
    }
    for (const record of fetched.records) records.push(record);
    // What is not decided yet is no part of the answer.
    if (fetched.nextOffset === from && from >= fetched.lastStableOffset) break;
    from = fetched.nextOffset;
  }
  return records;
}
