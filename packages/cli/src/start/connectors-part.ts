/**
 * The connectors of a process that accepts events: they are clients of its own collector. They speak
 * with a key that nobody else knows and that ends with the process, so that keys which are changed or
 * revoked don't stop them.
 */
import type { PipelineStatus } from '@rosi/collector';
import type { ConnectorsWorkerOptions } from '@rosi/connectors';
import { type LifecyclePart, startWorker } from '@rosi/service-kit';
import { need } from './need.js';
import type { HttpContext, Started } from './started.js';

/** To be started after the collector. Without connectors no thread is started. */
export function connectorsPart(
  { config, started }: HttpContext,
  fault: (error: Error) => void,
): LifecyclePart {
  return {
    name: 'connectors',
    async start() {
      const connectors = need(started.connectors);
      if (connectors.length === 0) return;
      const entry = new URL(import.meta.resolve('@rosi/connectors/main'));
      const options: ConnectorsWorkerOptions = {
        connectors,
        dataDir: config.dataDir,
        url: need(started.http).url,
        secretKey: need(started.liveKeys).ring.lend('connectors'),
        logLevel: config.logLevel,
      };
      const board = need(started.board);
      const observed = (name: string, value: number) => board.observe(name, value);
      started.connecting = await startWorker(entry, options, { fault, observed });
    },
    stop: () => started.connecting?.stop(),
  };
}

/** Their outcomes beside those of the stages; what a provider still holds was not accepted yet. */
export function withConnectors(status: PipelineStatus, { board }: Started): PipelineStatus {
  return board === undefined
    ? status
    : { ...status, stages: [...status.stages, ...board.stages()] };
}
