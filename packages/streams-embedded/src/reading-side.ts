/** Reading stored topics as of now, from any thread or process. */
import type { TopicReader } from '@rosi/streams';
import { type PartitionLog, readEnds, readRecords } from './partition-log.js';

/** lmdb keeps one snapshot for a turn of the event loop; each call here takes a new one. */
export function readingSide(
  log: PartitionLog,
): Pick<TopicReader, 'firstOffset' | 'endOffset' | 'read'> {
  return {
    firstOffset(topic, partition) {
      log.ends.resetReadTxn();
      return readEnds(log, topic, partition).first;
    },
    endOffset(topic, partition) {
      log.ends.resetReadTxn();
      return readEnds(log, topic, partition).end;
    },
    read(topic, partition, from, limits) {
      log.ends.resetReadTxn();
      return readRecords(log, topic, partition, from, limits);
    },
  };
}
