/** The webhook endpoints: ROSI_WEBHOOKS, else webhooks.json of the data folder, else none. */
import { join } from 'node:path';
import { readWebhookEndpoints, type WebhookEndpoint } from '@rosi/collector';
import { parsePrivateJson, readPrivateFile, toldProblems } from './private-json.js';

const WEBHOOKS_FILE = 'webhooks.json';
const page = 'docs/webhooks.md';

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
