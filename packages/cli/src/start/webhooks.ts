/**
 * The webhook endpoints: ROSI_WEBHOOKS, else webhooks.json of the data folder, else none. The file
 * holds secrets: one that others may read is refused. Whatever is wrong is told at the start, with
 * the place and the remedy, and no secret is repeated.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readWebhookEndpoints, type WebhookEndpoint } from '@rosi/collector';
import { RosiError } from '@rosi/service-kit';

const WEBHOOKS_FILE = 'webhooks.json';

/** Throws a RosiError with exit code 2 that tells all problems. */
export function readWebhooks(dataDir: string, stated: string | null): readonly WebhookEndpoint[] {
  if (stated !== null) return endpointsOf(stated, 'ROSI_WEBHOOKS (set)');
  const text = readWebhooksFile(dataDir);
  return text === null ? [] : endpointsOf(text, webhooksPath(dataDir));
}

export const webhooksPath = (dataDir: string) => join(dataDir, WEBHOOKS_FILE);

/** The file's text; null: there is none. */
export function readWebhooksFile(dataDir: string): string | null {
  return readPrivateFile(webhooksPath(dataDir));
}

/** `place` names the text in messages. */
export function endpointsOf(text: string, place: string): readonly WebhookEndpoint[] {
  const read = readWebhookEndpoints(parseJson(text, place));
  if (read.ok) return read.endpoints;
  const told = read.problems.map((problem) => `  ${problem}.`).join('\n');
  throw invalid(`${place} has ${read.problems.length} problem(s):\n${told}\n`);
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message would repeat what stands there.
    throw invalid(`${place} is not JSON. `);
  }
}

/** Null: there is none. */
function readPrivateFile(path: string): string | null {
  try {
    if ((statSync(path).mode & 0o077) !== 0) {
      throw invalid(`${path} holds secrets and others may read it: run chmod 600 on it. `);
    }
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof RosiError) throw cause;
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RosiError(
      'ROSI_DATA_DIR_UNUSABLE',
      `${path} can't be read: ${reason}. Run ROSI as the user who owns the data folder.`,
      { cause },
    );
  }
}

function invalid(told: string): RosiError {
  return new RosiError('ROSI_CONFIG_INVALID', `${told}docs/webhooks.md shows how to write it.`);
}
