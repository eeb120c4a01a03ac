/** The topology on Kafka: topics and changelogs there, a copy of the state in the data folder. */
import { join } from 'node:path';
import { type Logger, passFailpoint } from '@rosi/service-kit';
import type { Topology } from '@rosi/streams';
import { type KafkaCluster, runKafka, troubleLog } from '@rosi/streams-kafka';
import { type StitcherOptions, stitcherCopyFolder, stitcherGroup } from './options.js';

export function runOnKafka(
  topology: Topology,
  { dataDir, ledgerRetention }: StitcherOptions,
  { kafka, prefix, partitions, replicas, sessionMs }: KafkaCluster,
  logger: Logger,
  fault: (error: Error) => void,
): Promise<{ stop(): Promise<void> }> {
  return runKafka({
    kafka,
    topology,
    partitions,
    prefix,
    replicas,
    sessionMs,
    groupId: stitcherGroup,
    dir: join(dataDir, stitcherCopyFolder),
    retentionMs: ledgerRetention.ageMs,
    onStep(step) {
      if (step === 'sent') passFailpoint('stitcher.before-commit');
      if (step === 'committed') passFailpoint('stitcher.after-commit');
    },
    onTrouble: troubleLog(logger),
    onFault: fault,
  });
}
