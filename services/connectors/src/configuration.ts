/**
 * The connectors of a workspace, from unknown JSON: all problems are told together, none repeats a
 * secret.
 */
import { entryId, placedProblems } from '@rosi/service-kit';
import * as z from 'zod';
import type { BoundConnector } from './frame/connector.js';
import { connectors } from './registry.js';

/** As stated, checked; it survives a structured clone. */
export interface ConnectorEntry {
  readonly id: string;
  readonly source: string;
  /** Null: none is stated. */
  readonly secret: string | null;
  readonly settings: Readonly<Record<string, unknown>>;
}

export type ConnectorsReading =
  | { readonly ok: true; readonly connectors: readonly ConnectorEntry[] }
  | { readonly ok: false; readonly problems: readonly string[] };

const connectorsMax = 50;
const sources = connectors.map(({ source }) => source);

const entrySchema = z.strictObject({
  id: entryId,
  source: z.enum(sources, `must be one of ${sources.join(', ')}`),
  secret: z.string().min(1).optional(),
  settings: z.record(z.string(), z.unknown()).default({}),
});
const fileSchema = z.strictObject({ connectors: z.array(entrySchema).max(connectorsMax) });

/** `{"connectors": [{"id", "source", "secret"?, "settings"?}]}`, as docs/connect/connectors.md describes it. */
export function readConnectors(stated: unknown): ConnectorsReading {
  const read = fileSchema.safeParse(stated);
  if (!read.success) return { ok: false, problems: placedProblems(read.error) };
  const problems: string[] = [];
  const entries = read.data.connectors.map(({ id, source, secret, settings }) => ({
    ...{ id, source, settings },
    secret: secret ?? null,
  }));
  for (const [index, entry] of entries.entries()) {
    // Files of two whose names differ in case alone would be one on some disks.
    const isThere = (other: ConnectorEntry) => other.id.toLowerCase() === entry.id.toLowerCase();
    if (entries.findIndex(isThere) < index) problems.push(`connector ${entry.id}: is there twice`);
    const bound = bind(entry);
    if ('problems' in bound) {
      problems.push(...bound.problems.map((text) => `connector ${entry.id}: ${text}`));
    }
  }
  return problems.length === 0 ? { ok: true, connectors: entries } : { ok: false, problems };
}

export function bind(entry: ConnectorEntry): BoundConnector | { problems: readonly string[] } {
  const connector = connectors.find(({ source }) => source === entry.source);
  if (connector === undefined) return { problems: ['source: is not known'] };
  return connector.bind(entry.settings, entry.secret);
}
