/** What an installation on Kafka remembers of the log that was moved into it. */
import { RosiError } from '@rosi/service-kit';
import type { Facts } from '@rosi/streams-kafka';

/** The log that is, or was, carried over; `movedFact` says the same once all of it is there. */
export const movingFact = 'moving';
export const movedFact = 'moved';
/** Where the events that were copied end in each partition, as JSON. */
export const copiedFact = 'copied';
/** The offset in ClickHouse of the first record of every topic: past those of the old log. */
export const firstTableOffsetFact = 'first_table_offset';

/** Throws a RosiError (exit code 2): half of a state would be taken for all of it. */
export function assertMoved(facts: Facts, prefix: string): void {
  if (facts[movingFact] === facts[movedFact]) return;
  throw new RosiError(
    'ROSI_CONFIG_INVALID',
    `A data folder is being moved to the topics that begin with "${prefix}", and that is not ` +
      'finished: run `rosi move-to-kafka` again with that folder, or use another ROSI_KAFKA_PREFIX.',
  );
}
