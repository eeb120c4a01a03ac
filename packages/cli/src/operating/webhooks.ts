/**
 * `rosi webhook add|list|remove`: the endpoints in webhooks.json of the data folder. What is
 * written has been read as the next start will read it; secrets come by a variable or the standard
 * input, never by a flag, which other users of the machine could see, and are shown once at most.
 */
import { randomBytes } from 'node:crypto';
import { webhookSources } from '@rosi/collector';
import * as z from 'zod';
import { endpointsOf, readWebhooksFile, webhooksPath } from '../start/webhooks.js';
import type { Terminal } from '../terminal/terminal.js';
import { parseSettings, type StatedEntry, writeList, wrongUse } from './stated-entry.js';

const page = 'docs/webhooks.md';

/** As the file states it; whether it is good is for the collector's own reading to say. */
const fileSchema = z.object({
  endpoints: z.array(
    z.looseObject({ id: z.string(), source: z.string(), secrets: z.array(z.string()) }),
  ),
});
type Stated = z.output<typeof fileSchema>['endpoints'][number];

/** Sources whose secret the operator chooses: the provider is told one of ours. */
const ownSecrets: ReadonlyMap<string, () => string> = new Map([
  ['woocommerce', () => randomBytes(secretBytes).toString('base64url')],
  ['json', () => randomBytes(secretBytes).toString('base64url')],
  ['standard', () => `whsec_${randomBytes(secretBytes).toString('base64')}`],
]);
const secretBytes = 24;
const secretsMax = 2;

interface WebhookCommand {
  readonly dataDir: string;
  readonly terminal: Terminal;
}

/** A new endpoint; of one that is there, a further secret, and new settings where they are given. */
export function addWebhook({ dataDir, terminal }: WebhookCommand, added: StatedEntry): void {
  const endpoints = read(dataDir);
  const there = endpoints.find(({ id }) => id === added.id);
  if (there !== undefined && there.source !== added.source) {
    throw wrongUse(`Endpoint ${added.id} is one of ${there.source}: choose another id.`);
  }
  if (!webhookSources.includes(added.source)) {
    throw wrongUse(
      `There is no source ${added.source}: it is one of ${webhookSources.join(', ')}.`,
    );
  }
  const made = added.secret === null ? (ownSecrets.get(added.source)?.() ?? null) : null;
  const secret = added.secret ?? made;
  if (secret === null) {
    throw wrongUse(
      `Give the secret that ${added.source} shows: set ROSI_WEBHOOK_SECRET, or pipe it in.`,
    );
  }
  const secrets = [secret, ...(there?.secrets ?? [])].slice(0, secretsMax);
  const settings = added.settings === null ? {} : { settings: parseSettings(added.settings, page) };
  const endpoint = { ...there, id: added.id, source: added.source, secrets, ...settings };
  const others = endpoints.filter((other) => other !== there);
  write(dataDir, [...others, endpoint], 'webhook.added', endpoint);
  terminal.out(`/hooks/${added.source}/${added.id}\n`);
  if (made !== null) terminal.out(`secret, shown this once: ${made}\n`);
  if (there?.secrets.length === secretsMax) {
    terminal.err(`rosi: ${added.id} had two secrets already: the older of them no longer counts\n`);
  }
  terminal.err(whenItCounts);
}

/** One line an endpoint: its address and how many secrets are live. */
export function listWebhooks({ dataDir, terminal }: WebhookCommand): void {
  for (const { id, source, secrets } of read(dataDir)) {
    const count = secrets.length === 1 ? '1 secret' : `${secrets.length} secrets`;
    terminal.out(`/hooks/${source}/${id}  ${count}\n`);
  }
}

/** The endpoint, or with `oldSecret` the older of its two secrets. */
export function removeWebhook(
  { dataDir, terminal }: WebhookCommand,
  { id, oldSecret }: { readonly id: string; readonly oldSecret: boolean },
): void {
  const endpoints = read(dataDir);
  const there = endpoints.find((endpoint) => endpoint.id === id);
  if (there === undefined) throw wrongUse(`There is no endpoint ${id}; \`rosi webhook list\`.`);
  if (oldSecret && there.secrets.length < secretsMax) {
    throw wrongUse(`Endpoint ${id} has one secret alone: add the new one first.`);
  }
  const kept = oldSecret ? [{ ...there, secrets: there.secrets.slice(0, 1) }] : [];
  const left = endpoints.flatMap((endpoint) => (endpoint === there ? kept : [endpoint]));
  write(dataDir, left, oldSecret ? 'webhook.old_secret_removed' : 'webhook.removed', there);
  terminal.err(whenItCounts);
}

const whenItCounts = 'rosi: it counts within a second where `rosi start` runs with this folder\n';

function read(dataDir: string): readonly Stated[] {
  const text = readWebhooksFile(dataDir);
  if (text === null) return [];
  endpointsOf(text, webhooksPath(dataDir));
  return fileSchema.parse(JSON.parse(text)).endpoints;
}

function write(
  dataDir: string,
  endpoints: readonly object[],
  action: string,
  { source, id }: Pick<Stated, 'source' | 'id'>,
): void {
  const path = webhooksPath(dataDir);
  writeList({ path, list: { endpoints }, check: endpointsOf }, { action, source, id });
}
