/**
 * Secrets from files: `ROSI_SECRET_KEY_FILE=/run/secrets/rosi` stands for ROSI_SECRET_KEY with the text of the
 * file, as Docker and Kubernetes hand secrets over. Whatever is wrong is told with the variable, and
 * nothing of a file is repeated.
 */
import { readFileSync } from 'node:fs';
import { RosiError } from '@rosi/service-kit';
import type { Environment } from './reading/instance.js';

export const secretVariables = [
  'ROSI_SECRET_KEY',
  'ROSI_WRITE_KEY',
  'ROSI_HASH_KEY',
  'ROSI_SUPPRESSION_KEY',
  'ROSI_CLICKHOUSE_URL',
  'ROSI_KAFKA_SASL_PASSWORD',
  'ROSI_WEBHOOKS',
  'ROSI_WEBHOOK_SECRET',
] as const;

/** The environment with the secrets of the files that it names. Throws a RosiError, exit code 2. */
export function withSecretFiles(env: Environment): Environment {
  const read: Record<string, string> = {};
  const problems: string[] = [];
  for (const name of secretVariables) {
    const path = env[`${name}_FILE`]?.trim() ?? '';
    if (path === '') continue;
    if ((env[name]?.trim() ?? '') !== '') {
      problems.push(`${name} and ${name}_FILE are both set: set one of them.`);
      continue;
    }
    const secret = secretIn(path);
    if (typeof secret === 'string') read[name] = secret;
    else problems.push(`${name}_FILE (${path}): ${secret.reason}.`);
  }
  if (problems.length > 0) throw new RosiError('ROSI_CONFIG_INVALID', problems.join('\n'));
  return { ...env, ...read };
}

function secretIn(path: string): string | { readonly reason: string } {
  try {
    // Editors and `echo` end a file with a line end, which is no part of the secret.
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? { reason: 'the file is empty' } : text;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'an error';
    return { reason: `it can't be read (${code})` };
  }
}
