/**
 * Kafka for tests: the brokers of `ROSI_KAFKA_BROKERS`, else one broker that all files of a worker
 * share, in a container where Docker answers and from Maven Central's jars where it doesn't. Without
 * Docker and Java the tests are skipped, loudly; in CI that is a failure.
 */
import { MissingToolError } from './broker-jars.js';
import { startContainerBroker } from './container-broker.js';
import { startLocalBroker } from './local-broker.js';

export interface TestKafka {
  readonly brokers: readonly string[];
}

let shared: Promise<TestKafka | null> | undefined;

/**
 * It ends with the process; each test has topics of its own, and takes them away. Null: this machine
 * can't run Kafka, and the tests are to be skipped.
 */
export function testKafka(): Promise<TestKafka | null> {
  const given = process.env['ROSI_KAFKA_BROKERS'];
  if (given !== undefined && given !== '') return Promise.resolve({ brokers: given.split(',') });
  shared ??= orSkipped(async () => {
    const { address } = (await startContainerBroker()) ?? (await startLocalBroker());
    return { brokers: [address] };
  });
  return shared;
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
