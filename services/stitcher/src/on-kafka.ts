/** The topology on Kafka: topics and changelogs there, a copy of the state in the data folder. */
import { join } from 'node:path';
import { type Logger, passFailpoint } from '@rosi/service-kit';
import type { Topology } from '@rosi/streams';
import { type KafkaCluster, runKafka, troubleLog } from '@rosi/streams-kafka';
import type { Surroundings } from './on-embedded.js';
import {
  type StitcherOptions,
  stitcherAtWork,
  stitcherCopyFolder,
  stitcherGroup,
} from './options.js';

/** How often the parent hears whether this instance is at work. */
const TELL_EVERY_MS = 500;

export async function runOnKafka(
  topology: Topology,
  { dataDir, ledgerRetention }: StitcherOptions,
  { kafka, prefix, partitions, replicas, sessionMs, schemaIds }: KafkaCluster,
  { logger, fault, observe }: Surroundings & { readonly logger: Logger },
): Promise<{ stop(): Promise<void> }> {
  const runtime = await runKafka({
    kafka,
    topology,
    partitions,
    prefix,
    replicas,
    sessionMs,
    ...(schemaIds === undefined ? {} : { schemaIds }),
    groupId: stitcherGroup,
    dir: join(dataDir, stitcherCopyFolder),
    retentionMs: ledgerRetention.ageMs,
    onStep(step) {
      if (step === 'sent') passFailpoint('stitcher.before-commit');
      if (step === 'committed') passFailpoint('stitcher.after-commit');
    },
    onCommit: ({ ms }) => observe('stitcher_commit_duration_seconds', ms / 1_000),
    onTrouble: troubleLog(logger),
    onFault: fault,
  });
  const tell = () => observe(stitcherAtWork, runtime.isAtWork() ? 1 : 0);
  const telling = setInterval(tell, TELL_EVERY_MS);
  return {
    async stop() {
      clearInterval(telling);
      await runtime.stop();
    },
  };
}
