import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { logLevelSchema, parseEnvironment } from './environment.js';
import { RosiError } from './errors.js';

const schema = z.object({
  ROSI_HTTP_PORT: z.coerce
    .number('must be a number')
    .int()
    .max(65535)
    .default(8080)
    .describe('Set it to a free port, or 0 for any.'),
  ROSI_SECRET_KEY: z.string().min(16).describe('Set it to 16 characters or more.').optional(),
  ROSI_REGION: z.string('is required').describe('Set it to eu or us.'),
  ROSI_LIST: z
    .string()
    .default('a,b')
    .transform((text) => ({ items: text.split(',') })),
  ROSI_LOG_LEVEL: logLevelSchema,
});

function problemOf(env: Record<string, string>): RosiError {
  try {
    parseEnvironment(schema, env);
  } catch (error) {
    if (error instanceof RosiError) return error;
  }
  throw new Error('expected a RosiError');
}

describe('parseEnvironment', () => {
  test('takes stated values, defaults for the rest, and the empty text as unset', () => {
    const config = parseEnvironment(schema, { ROSI_HTTP_PORT: ' ', ROSI_REGION: 'eu', PATH: '/' });
    expect(config).toEqual({
      ROSI_HTTP_PORT: 8080,
      ROSI_REGION: 'eu',
      ROSI_LIST: { items: ['a', 'b'] },
      ROSI_LOG_LEVEL: 'info',
    });
  });

  test('freezes the result deeply', () => {
    const config = parseEnvironment(schema, { ROSI_REGION: 'eu' });
    expect(() => config.ROSI_LIST.items.push('c')).toThrow(TypeError);
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('tells all problems at once, each with variable, reason and remedy', () => {
    const problem = problemOf({ ROSI_HTTP_PORT: 'abc', ROSI_LOG_LEVEL: 'loud' });
    expect(problem.code).toBe('ROSI_CONFIG_INVALID');
    expect(problem.exitCode).toBe(2);
    expect(problem.message).toContain('3 problems');
    expect(problem.message).toContain('ROSI_HTTP_PORT ("abc"): must be a number.');
    expect(problem.message).toContain('Set it to a free port, or 0 for any.');
    expect(problem.message).toContain('ROSI_REGION (not set): is required. Set it to eu or us.');
    expect(problem.message).toContain('ROSI_LOG_LEVEL ("loud")');
  });

  test('never repeats a secret', () => {
    const { message } = problemOf({ ROSI_SECRET_KEY: 'hunter2', ROSI_REGION: 'eu' });
    expect(message).toContain('ROSI_SECRET_KEY (set)');
    expect(message).toContain('Set it to 16 characters or more.');
    expect(message).not.toContain('hunter2');
  });
});
