/** Fetched records as readers of a log get them, within the reader's limits. */
import type { LogRecord, ReadRun } from '@rosi/streams';
import { KafkaError } from './errors.js';
import { type Place, placeKey } from './offsets.js';
import type { KafkaRecord } from './record-batches.js';

export interface RunLimits {
  readonly recordsMax: number;
  readonly bytesMax: number;
}

/** `next`: where reading goes on when all of the records fit. */
export function runOf(
  place: Place,
  records: readonly KafkaRecord[],
  next: number,
  { recordsMax, bytesMax }: RunLimits,
): ReadRun {
  const taken: LogRecord[] = [];
  let bytes = 0;
  for (const { offset, timestamp, value } of records) {
    if (value === null) throw emptyRecord(place, offset);
    bytes += value.length;
    if (taken.length >= recordsMax || (taken.length > 0 && bytes > bytesMax)) {
      return { records: taken, next: offset };
    }
    taken.push({ offset, timestamp, value });
  }
  return { records: taken, next };
}

function emptyRecord(place: Place, offset: number): KafkaError {
  return new KafkaError(
    'ROSI_TOPIC_UNFIT',
    `${placeKey(place)} has an empty record at ${offset}; something that is not ROSI writes to it`,
  );
}
