import { expect, test } from 'vitest';
import { KafkaError, remedyOf } from './errors.js';
import { namedFailure } from './failure.js';
import { errorFromCode } from './kafkajs-internals.js';

const GROUP_AUTHORIZATION_FAILED = 30;
const INVALID_SESSION_TIMEOUT = 26;
const INVALID_REPLICATION_FACTOR = 38;
const NOT_LEADER = 6;
const kafka = { brokers: ['kafka:9092'] };

test('what Kafka refuses is told by the variable that mends it', () => {
  const refused = (message: RegExp) => ({
    code: 'ROSI_LOG_REFUSED',
    retryable: false,
    message: expect.stringMatching(message),
  });
  const login = Object.assign(new Error('Invalid username or password'), {
    name: 'KafkaJSSASLAuthenticationError',
  });
  expect(namedFailure(kafka, login)).toMatchObject(
    refused(/kafka:9092.*Invalid username.*ROSI_KAFKA_SASL_PASSWORD/),
  );
  const session = errorFromCode(INVALID_SESSION_TIMEOUT);
  expect(namedFailure(kafka, session)).toMatchObject(refused(/ROSI_KAFKA_SESSION_MS/));
  // Nobody is to wait for it, either.
  expect(remedyOf(session)).toBe('stop');
  const topics = Object.assign(new Error('Topic creation errors'), {
    name: 'KafkaJSAggregateError',
    errors: [errorFromCode(INVALID_REPLICATION_FACTOR)],
  });
  expect(namedFailure(kafka, topics)).toMatchObject(refused(/ROSI_KAFKA_REPLICAS/));
  const rights = errorFromCode(GROUP_AUTHORIZATION_FAILED);
  expect(namedFailure(kafka, rights)).toMatchObject(refused(/rights/));
});

test('what may pass is told by the addresses, and what is ours stays as it is', () => {
  expect(namedFailure(kafka, errorFromCode(NOT_LEADER))).toMatchObject({
    code: 'ROSI_LOG_UNAVAILABLE',
    message: expect.stringContaining('kafka:9092'),
  });
  const known = new KafkaError('ROSI_TOPIC_UNFIT', 'told already');
  expect(namedFailure(kafka, known)).toBe(known);
  const fault = new TypeError('x is undefined');
  expect(namedFailure(kafka, fault)).toBe(fault);
});
