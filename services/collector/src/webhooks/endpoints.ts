/**
 * The webhook endpoints of a workspace, from unknown JSON: all problems are told together, none
 * repeats a secret.
 */
import { entryId, placedProblems } from '@rosi/service-kit';
import * as z from 'zod';
import type { BoundAdapter } from './adapter.js';
import { adapters } from './registry.js';

export interface WebhookEndpoint {
  readonly id: string;
  readonly source: string;
  readonly secrets: readonly string[];
  readonly adapter: BoundAdapter;
}

export type EndpointsReading =
  | { readonly ok: true; readonly endpoints: readonly WebhookEndpoint[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Shorter ones can be guessed. */
const secretLengthMin = 16;
const endpointsMax = 100;

export const webhookSources: readonly string[] = adapters.map(({ source }) => source);

const endpointSchema = z.strictObject({
  id: entryId,
  source: z.enum(webhookSources, `must be one of ${webhookSources.join(', ')}`),
  secrets: z
    .array(z.string().min(secretLengthMin, `must have at least ${secretLengthMin} characters`))
    .min(1, 'must hold one secret, or two while one is being replaced')
    .max(2, 'must hold one secret, or two while one is being replaced'),
  settings: z.record(z.string(), z.unknown()).default({}),
});
const fileSchema = z.strictObject({ endpoints: z.array(endpointSchema).max(endpointsMax) });

/** `{"endpoints": [{"id", "source", "secrets", "settings"?}]}`, as docs/webhooks.md describes it. */
export function readWebhookEndpoints(stated: unknown): EndpointsReading {
  const read = fileSchema.safeParse(stated);
  if (!read.success) return { ok: false, problems: placedProblems(read.error) };
  const problems: string[] = [];
  const endpoints: WebhookEndpoint[] = [];
  for (const { id, source, secrets, settings } of read.data.endpoints) {
    if (endpoints.some((other) => other.id === id)) problems.push(`endpoint ${id}: is there twice`);
    const bound = adapters.find((adapter) => adapter.source === source)?.bind(settings);
    if (bound === undefined) continue; // The schema knows the sources.
    if ('problems' in bound) {
      problems.push(...bound.problems.map((text) => `endpoint ${id}: settings: ${text}`));
    } else endpoints.push({ id, source, secrets, adapter: bound });
  }
  return problems.length === 0 ? { ok: true, endpoints } : { ok: false, problems };
}
