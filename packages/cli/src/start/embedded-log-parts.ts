/** Log and stitcher on the embedded runtime: both live in the data folder. */
import { join } from 'node:path';
import { type LifecyclePart, startWorker } from '@rosi/service-kit';
import { logReader } from '@rosi/streams';
import { type EventLog, openEventLog, openState, type StateReader } from '@rosi/streams-embedded';
import { continueReplay, type LogParts, type LogPartsContext } from './log-parts.js';
import { need } from './need.js';
import { consumedOf } from './pipeline-status.js';
import { startRetention } from './retention.js';

/** One partition: a data folder keeps the number it was made with. */
const partitions = 1;

interface Started {
  log?: EventLog;
  state?: StateReader;
  stitcher?: { stop(): Promise<void> };
  retention?: { stop(): Promise<void> };
}

export function embeddedLogParts(context: LogPartsContext): LogParts {
  const started: Started = {};
  return {
    parts: [logPart(context, started), stitcherPart(context, started)],
    upkeep: [retentionPart(context, started)],
    writer: () => need(started.log),
    cluster: () => null,
    readers() {
      const state = need(started.state);
      return {
        log: logReader(need(started.log)),
        state: logReader(state),
        stitcher: () => state.progress(),
        outcomes: () => state.outcomes(),
        loader: () => context.loader().positions(),
      };
    },
    // A log that does not take events answers so itself, and goes on once it can.
    isReady: async () => true,
    // It ends the process when it fails, so while this answers it is up.
    isStitching: () => true,
  };
}

function logPart({ config }: LogPartsContext, started: Started): LifecyclePart {
  return {
    name: 'event log',
    async start() {
      started.log = await openEventLog({
        dir: join(config.dataDir, 'events'),
        partitions,
        retention: config.logRetention,
      });
      await continueReplay(started.log, config.dataDir);
    },
    stop: () => started.log?.close(),
  };
}

function stitcherPart(context: LogPartsContext, started: Started): LifecyclePart {
  const { dataDir, logLevel, logRetention: ledgerRetention } = context.config;
  return {
    name: 'stitcher',
    async start() {
      const entry = new URL(import.meta.resolve('@rosi/stitcher/main'));
      const { suppressionKey } = context.keys().keys;
      const options = { dataDir, partitions, kafka: null, logLevel, ledgerRetention };
      const fault = (error: Error) => context.fault(error);
      const worker = await startWorker(
        entry,
        { ...options, suppressionKey },
        { fault, observed: context.observe },
      );
      try {
        started.state = await openState({ dir: join(dataDir, 'state') });
      } catch (error) {
        await worker.stop();
        throw error;
      }
      started.stitcher = worker;
    },
    async stop() {
      await started.state?.close();
      await started.stitcher?.stop();
    },
  };
}

function retentionPart(context: LogPartsContext, started: Started): LifecyclePart {
  return {
    name: 'retention',
    start() {
      const state = need(started.state);
      started.retention = startRetention({
        log: need(started.log),
        consumed: (partition) =>
          consumedOf(state.progress(), context.loader().positions(), partition),
        logger: context.logger,
        fault: (error) => context.fault(error),
      });
    },
    stop: () => started.retention?.stop(),
  };
}
