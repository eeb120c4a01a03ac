/**
 * A data folder belongs to one kind of log for good: positions, state and tables of the one would
 * silently begin anew on the other.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RosiError } from '@rosi/service-kit';
import { stitcherCopyFolder } from '@rosi/stitcher';
import type { StartConfig } from './config.js';

/** Whether the folder is that of an instance whose log is in Kafka. */
export function isOnKafka(dataDir: string): boolean {
  return existsSync(join(dataDir, stitcherCopyFolder));
}

/** Throws a RosiError (exit code 2) that says what to set. */
export function assertSameLog({ dataDir, kafka }: Pick<StartConfig, 'dataDir' | 'kafka'>): void {
  if (kafka !== null && existsSync(join(dataDir, 'events'))) {
    throw new RosiError(
      'ROSI_CONFIG_INVALID',
      `${dataDir} has a log of its own: unset ROSI_KAFKA_BROKERS to go on with that log, carry it ` +
        'to Kafka with `rosi move-to-kafka`, or set ROSI_DATA_DIR to a new folder.',
    );
  }
  if (kafka === null && isOnKafka(dataDir)) {
    throw new RosiError(
      'ROSI_CONFIG_INVALID',
      `${dataDir} belongs to a log in Kafka: set ROSI_KAFKA_BROKERS to go on with that, or set ` +
        'ROSI_DATA_DIR to a new folder to begin with a log of its own.',
    );
  }
}
