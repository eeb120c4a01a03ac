/** The stitcher as a worker thread: the topology on the embedded runtime, or on Kafka. */
import { defaultSettings } from '@rosi/attribution';
import { type Logger, serveWorker, suppressionHash } from '@rosi/service-kit';
import type { Topology } from '@rosi/streams';
import { type Observe, runOnEmbedded, type Surroundings } from './on-embedded.js';
import type { StitcherOptions } from './options.js';
import { stitcherTopology } from './topology.js';

serveWorker<StitcherOptions>(startStitcher);

async function startStitcher(
  options: StitcherOptions,
  logger: Logger,
  fault: (error: Error) => void,
  observe: Observe,
) {
  const topology = stitcherTopology({
    attribution: defaultSettings,
    hash: suppressionHash(options.suppressionKey),
  });
  const runtime = await run(topology, options, { logger, fault, observe });
  logger.info('stitcher started');
  return runtime;
}

async function run(
  topology: Topology,
  options: StitcherOptions,
  around: Surroundings & { readonly logger: Logger },
) {
  if (options.kafka === null) return runOnEmbedded(topology, options, around);
  // Loaded here: without Kafka nobody pays for its client.
  const { runOnKafka } = await import('./on-kafka.js');
  return runOnKafka(topology, options, options.kafka, around);
}
