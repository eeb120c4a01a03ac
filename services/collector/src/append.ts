/** Brings records into the event log: once this has answered null, they are on disk. */
import { type CollectedEvent, eventsCollected } from '@rosi/events';
import { type Logger, passFailpoint } from '@rosi/service-kit';
import type { TopicWriter } from '@rosi/streams';
import { type Problem, retryLater } from './problems.js';

export interface Appending {
  readonly log: TopicWriter;
  readonly logger: Logger;
}

/** Null: durable. A problem says when to come again; the records may be in the log all the same. */
export async function appendDurably(
  { log, logger }: Appending,
  records: readonly { readonly value: CollectedEvent; readonly timestamp: number }[],
): Promise<Problem | null> {
  if (records.length === 0) return null;
  try {
    passFailpoint('collector.before-append');
    await log.append(eventsCollected, records);
    passFailpoint('collector.after-append');
    return null;
  } catch (error) {
    logger.error(
      { error: error instanceof Error ? error.message : String(error) },
      'the event log does not take events; check disk space and the data folder',
    );
    const told = 'The event log does not take events now. Send them again, with the same event_id.';
    return retryLater(503, 'log_unavailable', told, 2);
  }
}
