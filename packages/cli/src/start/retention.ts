/**
 * Cuts old events off the log from time to time, never one that a consumer has still to read. What
 * was cut is not lost: the stitcher's state is the truth, and ClickHouse has the rows.
 */
import type { Logger } from '@rosi/service-kit';
import type { EventLog } from '@rosi/streams-embedded';

const intervalMs = 10 * 60 * 1000;

export interface RetentionOptions {
  readonly log: Pick<EventLog, 'cut'>;
  /** The offset below which all consumers have finished. */
  consumed(partition: number): number;
  readonly logger: Logger;
  fault(error: Error): void;
  readonly now?: () => number;
}

export function startRetention(options: RetentionOptions): { stop(): Promise<void> } {
  const now = options.now ?? Date.now;
  let stopped = false;
  let cutting: Promise<void> = Promise.resolve();
  const cut = async () => {
    let total = 0;
    let count = -1;
    while (!stopped && count !== 0) {
      count = await options.log.cut((_topic, partition) => options.consumed(partition), now());
      total += count;
    }
    if (total > 0) options.logger.info({ records: total }, 'retention cut old events off the log');
  };
  const timer = setInterval(() => {
    cutting = cutting.then(cut).catch(options.fault);
  }, intervalMs);
  timer.unref();
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await cutting;
    },
  };
}
