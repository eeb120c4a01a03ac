/**
 * The webhook endpoints: ROSI_WEBHOOKS, else webhooks.json of the data folder, else none. The file may be
 * changed while ROSI runs, so that a secret is replaced without a moment in which deliveries are refused.
 */
import { join } from 'node:path';
import { readWebhookEndpoints, type WebhookEndpoint } from '@rosi/collector';
import type { Logger } from '@rosi/service-kit';
import { watchForChanges } from './file-changes.js';
import { parsePrivateJson, readPrivateFile, toldProblems } from './private-json.js';

const WEBHOOKS_FILE = 'webhooks.json';
const page = 'docs/webhooks.md';

export interface LiveWebhooks {
  /** The same list until they change. */
  current(): readonly WebhookEndpoint[];
  stop(): void;
}

/**
 * Those of now, and the file's as it changes: seen within a second. Throws as {@link readWebhooks} does;
 * later on, a file that can't be read is told of, and what was read last goes on counting.
 */
export function openWebhooks(dataDir: string, stated: string | null, logger: Logger): LiveWebhooks {
  if (stated !== null) {
    const fixed = readWebhooks(dataDir, stated);
    return { current: () => fixed, stop: () => undefined };
  }
  let endpoints: readonly WebhookEndpoint[] = [];
  // Before the first reading: what changes in between is then seen.
  const watch = watchForChanges(webhooksPath(dataDir), () => {
    try {
      endpoints = readWebhooks(dataDir, null);
      logger.info({ endpoints: endpoints.length }, 'the webhook endpoints were read again');
    } catch (error) {
      const told = error instanceof Error ? error.message : String(error);
      logger.error({ error: told }, 'webhooks.json can not be used: those known go on counting');
    }
  });
  try {
    endpoints = readWebhooks(dataDir, null);
  } catch (error) {
    watch.stop();
    throw error;
  }
  return { current: () => endpoints, stop: () => watch.stop() };
}

/** Throws a RosiError with exit code 2 that tells all problems. */
export function readWebhooks(dataDir: string, stated: string | null): readonly WebhookEndpoint[] {
  if (stated !== null) return endpointsOf(stated, 'ROSI_WEBHOOKS (set)');
  const text = readWebhooksFile(dataDir);
  return text === null ? [] : endpointsOf(text, webhooksPath(dataDir));
}

export const webhooksPath = (dataDir: string) => join(dataDir, WEBHOOKS_FILE);

/** The file's text; null: there is none. */
export const readWebhooksFile = (dataDir: string) => readPrivateFile(webhooksPath(dataDir), page);

/** `place` names the text in messages. */
export function endpointsOf(text: string, place: string): readonly WebhookEndpoint[] {
  const read = readWebhookEndpoints(parsePrivateJson(text, place, page));
  if (read.ok) return read.endpoints;
  throw toldProblems(place, read.problems, page);
}
