import { expect, test } from 'vitest';
import { KafkaError, remedyOf } from './errors.js';
import { errorFromCode } from './kafkajs-internals.js';

const NOT_LEADER = 6;
const INVALID_PRODUCER_EPOCH = 47;
const TOPIC_AUTHORIZATION_FAILED = 29;

test('failures of Kafka are sorted by what helps', () => {
  expect(remedyOf(errorFromCode(NOT_LEADER))).toBe('reopen');
  expect(remedyOf(errorFromCode(INVALID_PRODUCER_EPOCH))).toBe('fenced');
  expect(remedyOf(errorFromCode(TOPIC_AUTHORIZATION_FAILED))).toBe('stop');
  expect(remedyOf(new KafkaError('ROSI_LOG_UNAVAILABLE', 'away'))).toBe('reopen');
  expect(remedyOf(new KafkaError('ROSI_LOG_CUT_TOO_FAR', 'cut'))).toBe('stop');
  expect(remedyOf(Object.assign(new Error('reset'), { syscall: 'read' }))).toBe('reopen');
});

test('what a processor throws is nobody else’s to mend', () => {
  expect(remedyOf(new TypeError('x is undefined'))).toBe('stop');
  expect(remedyOf('a string')).toBe('stop');
});
