/**
 * JSON logs on stderr, one line a message; stdout stays free for what a command answers. Lines are
 * written synchronously, so that the last one before a crash is there, from any thread.
 * Callers log a constant message plus fields, never a payload, a key or a person's identifier; the
 * fields that usually carry such things are blotted out should one slip in.
 */
import { type Logger, pino, stdTimeFunctions } from 'pino';

export type { Logger } from 'pino';

const blotted = [
  'authorization',
  'secretKey',
  'writeKey',
  'hashKey',
  'password',
  'payload',
  'body',
];

/** `level`: trace | debug | info | warn | error | fatal | silent (ROSI_LOG_LEVEL). */
export function createLogger(options: { readonly name: string; readonly level: string }): Logger {
  return pino(
    {
      level: options.level,
      base: { name: options.name },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: blotted.flatMap((field) => [field, `*.${field}`]), censor: '[hidden]' },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
