import { expect, test } from 'vitest';
import { errorFromWire, errorToWire, RosiError, rosiErrorOf } from './errors.js';

test('a RosiError knows its exit code and whether a retry helps', () => {
  const error = new RosiError('ROSI_WAREHOUSE_UNAVAILABLE', 'no answer');
  expect([error.name, error.exitCode, error.retryable]).toEqual(['RosiError', 1, true]);
});

test('an error survives a thread border with code, message, stack and causes', () => {
  const cause = new TypeError('deeper', { cause: 'text' });
  const error = new RosiError('ROSI_WORKER_FAULT', 'top', { cause });
  const copy = errorFromWire(structuredClone(errorToWire(error)));
  expect(copy).toBeInstanceOf(RosiError);
  expect(copy).toMatchObject({ code: 'ROSI_WORKER_FAULT', message: 'top', stack: error.stack });
  expect(copy.cause).toMatchObject({ name: 'TypeError', message: 'deeper' });
  expect((copy.cause as Error).cause).toMatchObject({ message: 'text' });
});

test('a ring of causes is cut', () => {
  const error = new Error('ring');
  error.cause = error;
  expect(() => structuredClone(errorToWire(error))).not.toThrow();
});

test('errors of other classes with a code of ours keep it, also across threads', () => {
  const foreign = Object.assign(new Error('use another folder'), { code: 'ROSI_LOG_CUT_TOO_FAR' });
  expect(rosiErrorOf(foreign)).toMatchObject({ exitCode: 2, message: 'use another folder' });
  expect(errorFromWire(errorToWire(foreign))).toBeInstanceOf(RosiError);
  expect(rosiErrorOf(Object.assign(new Error(), { code: 'ENOENT' }))).toBeNull();
  expect(rosiErrorOf(Object.assign(new Error(), { code: 'toString' }))).toBeNull();
  expect(rosiErrorOf('text')).toBeNull();
});
