/** The topics in Kafka; the stitcher has made them when it has started. */
import type { Logger } from '@rosi/service-kit';
import { type KafkaCluster, openLogReader, tellPositions, troubleLog } from '@rosi/streams-kafka';
import { loadedTopicNames } from './batch.js';
import { loaderGroup } from './loader-options.js';
import type { Logs } from './logs.js';

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
  const group = { kafka, prefix, groupId: loaderGroup };
  return {
    events: reader,
    ledger: reader,
    tell: (positions) => tellPositions(group, positions, troubleLog(logger)),
    opened: [reader],
  };
}
