/** The topics in Kafka; the stitcher has made them when it has started. */
import type { Logger } from '@rosi/service-kit';
import { shiftedReader } from '@rosi/streams';
import { type KafkaCluster, openLogReader, tellPositions, troubleLog } from '@rosi/streams-kafka';
import { loadedTopicNames } from './batch.js';
import { loaderGroup } from './loader-options.js';
import type { Logs } from './logs.js';
import type { LoaderPosition } from './progress.js';

export async function openKafkaLogs(cluster: KafkaCluster, logger: Logger): Promise<Logs> {
  const { kafka, prefix, partitions } = cluster;
  const reader = await openLogReader({
    kafka,
    prefix,
    partitions,
    topics: loadedTopicNames,
    follow: true,
    onTrouble: troubleLog(logger),
  });
  const { firstTableOffset = 0 } = cluster;
  const log = firstTableOffset === 0 ? reader : shiftedReader(reader, firstTableOffset);
  const group = { kafka, prefix, groupId: loaderGroup };
  return {
    events: log,
    ledger: log,
    // Others know the topics by Kafka's own offsets.
    tell: (positions) =>
      tellPositions(
        group,
        () => positions().map((one) => ofKafka(one, firstTableOffset)),
        troubleLog(logger),
      ),
    opened: [reader],
  };
}

function ofKafka(one: LoaderPosition, firstTableOffset: number): LoaderPosition {
  return { ...one, position: Math.max(0, one.position - firstTableOffset) };
}
