/** `rosi key` and `rosi audit`: keys of the running product, and who changed what. */
import * as z from 'zod';
import { type ApiOptions, done, getJson, sendJson } from '../reading/api.js';
import { readAudit } from '../start/audit-file.js';
import { drawTable } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';

interface KeyCommand {
  readonly api: ApiOptions;
  readonly terminal: Terminal;
}

const keySchema = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  origins: z.array(z.string()).nullable(),
  created_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
});
const listSchema = z.object({ keys: z.array(keySchema) });
const madeSchema = keySchema.extend({ key: z.string() });

const path = '/v1/keys';
const pathOf = (id: string) => `${path}/${encodeURIComponent(id)}`;

export async function listKeys({
  api,
  terminal,
  json,
}: KeyCommand & { readonly json: boolean }): Promise<0> {
  const { keys } = listSchema.parse(done(await getJson(api, path), path));
  if (json) for (const key of keys) terminal.out(`${JSON.stringify(key)}\n`);
  else {
    const titles = ['id', 'kind', 'state', 'sites', 'name'];
    const rows = keys.map((key) => [
      key.id,
      key.kind,
      key.revoked_at === null ? 'good' : `revoked ${key.revoked_at}`,
      key.kind === 'secret' ? '' : (key.origins?.join(' ') ?? 'any'),
      key.name,
    ]);
    terminal.out(
      drawTable(
        titles.map((title) => ({ title })),
        rows,
      ),
    );
  }
  return 0;
}

export async function addKey(
  { api, terminal }: KeyCommand,
  added: {
    readonly kind: string;
    readonly name: string;
    readonly origins: readonly string[] | null;
  },
): Promise<0> {
  const { id, key } = madeSchema.parse(done(await sendJson(api, 'POST', path, added), path));
  terminal.out(`${key}\n`);
  terminal.err(`rosi: this is ${id}, shown this once; it is good now\n`);
  return 0;
}

export async function revokeKey({ api, terminal }: KeyCommand, id: string): Promise<0> {
  done(await sendJson(api, 'DELETE', pathOf(id), {}), path);
  terminal.err(`rosi: ${id} is refused from now on\n`);
  if (id === 'first-secret') {
    terminal.err('rosi: commands need another secret key now: set ROSI_SECRET_KEY\n');
  }
  return 0;
}

/** `origins` null: any site. */
export async function changeOrigins(
  { api, terminal }: KeyCommand,
  { id, origins }: { readonly id: string; readonly origins: readonly string[] | null },
): Promise<0> {
  const url = `${pathOf(id)}/origins`;
  done(await sendJson(api, 'PUT', url, { origins }), path);
  const sites = origins === null ? 'any site' : origins.join(', ');
  terminal.err(`rosi: ${id} may be used on ${sites}\n`);
  return 0;
}

/** Of the data folder, oldest first, as it stands there. */
export function showAudit(
  { dataDir, terminal }: { readonly dataDir: string; readonly terminal: Terminal },
  { json, limit }: { readonly json: boolean; readonly limit: number },
): void {
  const lines = readAudit(dataDir).slice(-limit);
  if (json) for (const line of lines) terminal.out(`${JSON.stringify(line)}\n`);
  else {
    const titles = ['at', 'key', 'action', 'detail'];
    const rows = lines.map(({ at, key, action, detail }) => [at, key, action, detailText(detail)]);
    terminal.out(
      drawTable(
        titles.map((title) => ({ title })),
        rows,
      ),
    );
  }
}

const detailText = (detail: Readonly<Record<string, unknown>>) =>
  Object.entries(detail)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(',') : String(value)}`)
    .join(' ');
