/**
 * A failure as whoever runs ROSI is to read it: what Kafka refuses by the variable that mends it, and
 * what it does not answer by its addresses. The rest is left as it is.
 */
import type { KafkaOptions } from './connection.js';
import { KafkaError, protocolType, remedyOf } from './errors.js';

const LOGIN =
  'set ROSI_KAFKA_SASL_MECHANISM, ROSI_KAFKA_SASL_USERNAME and ROSI_KAFKA_SASL_PASSWORD as they want them';
const RIGHTS = 'give the user its rights (docs/operations.md, "Rights on Kafka")';
const COPIES = 'set ROSI_KAFKA_REPLICAS to at most the number of brokers';
const SESSION =
  "set ROSI_KAFKA_SESSION_MS to what the brokers' group.min.session.timeout.ms allows, " +
  '6000 unless it was changed';

/** By Kafka's name of the error: what is to be done. */
const remedies: ReadonlyMap<string, string> = new Map([
  ['SASL_AUTHENTICATION_FAILED', LOGIN],
  ['ILLEGAL_SASL_STATE', LOGIN],
  ['UNSUPPORTED_SASL_MECHANISM', LOGIN],
  ['TOPIC_AUTHORIZATION_FAILED', RIGHTS],
  ['GROUP_AUTHORIZATION_FAILED', RIGHTS],
  ['CLUSTER_AUTHORIZATION_FAILED', RIGHTS],
  ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', RIGHTS],
  ['INVALID_REPLICATION_FACTOR', COPIES],
  ['INVALID_SESSION_TIMEOUT', SESSION],
  [
    'POLICY_VIOLATION',
    'the brokers have a policy for new topics: make them yourself, or change it',
  ],
]);

/** Refused for good, whatever is tried again: wrong settings of ours, or of the brokers. */
export function namedFailure({ brokers }: Pick<KafkaOptions, 'brokers'>, thrown: unknown): Error {
  if (thrown instanceof KafkaError) return thrown;
  const where = `Kafka at ${brokers.join(', ')}`;
  const cause = causeOf(thrown);
  const remedy = remedies.get(refusalOf(cause) ?? '');
  if (remedy !== undefined) {
    const told = `${where} refuses what it is asked (${messageOf(cause)}): ${remedy}.`;
    return new KafkaError('ROSI_LOG_REFUSED', told, { cause: thrown });
  }
  if (remedyOf(thrown) === 'reopen') {
    const told =
      `${where} does not answer; is it up, is the address right, and does it want TLS or a ` +
      'password (ROSI_KAFKA_TLS, ROSI_KAFKA_SASL_MECHANISM)?';
    return new KafkaError('ROSI_LOG_UNAVAILABLE', told, { cause: thrown });
  }
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
}

/** kafkajs throws what became of several topics as one. */
function causeOf(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !('errors' in thrown)) return thrown;
  return Array.isArray(thrown.errors) ? thrown.errors[0] : thrown;
}

function refusalOf(error: unknown): string | undefined {
  // The one that has no name of the protocol's.
  const isLogin = error instanceof Error && error.name === 'KafkaJSSASLAuthenticationError';
  return isLogin ? 'SASL_AUTHENTICATION_FAILED' : protocolType(error);
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
