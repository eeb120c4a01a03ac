/**
 * Kafka for one test file: the brokers of `ROSI_KAFKA_BROKERS`, else a broker of its own, in a
 * container where Docker answers and from Maven Central's jars where it doesn't. Without Docker and
 * Java the tests are skipped, loudly; in CI that is a failure.
 */
import { MissingToolError } from './broker-jars.js';
import { startContainerBroker } from './container-broker.js';
import { startLocalBroker } from './local-broker.js';

export interface TestKafka {
  readonly brokers: readonly string[];
  close(): Promise<void>;
}

/** Null: this machine can't run Kafka, and the tests are to be skipped. */
export async function startTestKafka(): Promise<TestKafka | null> {
  const given = process.env['ROSI_KAFKA_BROKERS'];
  if (given !== undefined && given !== '') {
    return { brokers: given.split(','), close: async () => {} };
  }
  return orSkipped(async () => {
    const { address, close } = (await startContainerBroker()) ?? (await startLocalBroker());
    return { brokers: [address], close };
  });
}

/**
 * For tests that do to brokers what can't be done to those of somebody else: always brokers of
 * their own. Null: this machine can't run Kafka.
 */
export async function orSkipped<T>(start: () => Promise<T>): Promise<T | null> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof MissingToolError) || process.env['CI']) throw error;
    process.stderr.write(`\nSKIPPED: tests on Kafka. ${error.message}.\n\n`);
    return null;
  }
}
