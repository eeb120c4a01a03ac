/** `rosi link`: makes tracked links, lists them and draws their QR codes, by the running product. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RosiError } from '@rosi/service-kit';
import * as z from 'zod';
import { openSourceFile } from '../import/source-file.js';
import { detectSeparator, openTable } from '../import/table-rows.js';
import { type ApiOptions, done, getJson, getText, sendJson } from '../reading/api.js';
import { drawTable } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';

const linkFields = ['link_id', 'url', 'post_id', 'influencer_id', 'campaign_id', 'program_id'];

/** A link as a person states it; fields without a value are left out. */
export type StatedLink = Readonly<Record<string, string>>;

interface LinkCommand {
  readonly api: ApiOptions;
  readonly terminal: Terminal;
}

const linkSchema = z.looseObject({ link_id: z.string(), short_url: z.string(), url: z.string() });
const madeSchema = z.object({
  links: z.array(linkSchema),
  rejected: z.array(z.object({ index: z.number(), message: z.string() })),
});
const listSchema = z.object({ links: z.array(linkSchema), next_after: z.string().nullable() });
type Link = z.output<typeof linkSchema>;

const path = '/v1/links';
/** Of one request. */
const linksMax = 1_000;

export async function addLink({ api, terminal }: LinkCommand, link: StatedLink): Promise<0> {
  const { links } = await make(api, [link]);
  for (const { short_url: shortUrl } of links) terminal.out(`${shortUrl}\n`);
  warnOfLocalAddress(terminal, links);
  return 0;
}

export async function showLinks({
  api,
  terminal,
  json,
}: LinkCommand & { readonly json: boolean }): Promise<0> {
  const links: Link[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const query: string = after === '' ? '' : `?after=${encodeURIComponent(after)}`;
    const page: z.output<typeof listSchema> = listSchema.parse(
      done(await getJson(api, path + query), path),
    );
    links.push(...page.links);
    after = page.next_after;
  }
  if (json) for (const link of links) terminal.out(`${JSON.stringify(link)}\n`);
  else terminal.out(drawTable([...columns], links.map(rowOf)));
  return 0;
}

const columns = ['short_url', 'url', 'post_id', 'influencer_id', 'campaign_id', 'program_id'].map(
  (title) => ({ title }),
);
const rowOf = (link: Link) => columns.map(({ title }) => String(link[title] ?? ''));

/** The links of a CSV file; answers the exit code, 1 when lines were rejected. */
export async function importLinks(
  { api, terminal }: LinkCommand,
  from: { readonly file: string; readonly qrFolder: string | null },
): Promise<0 | 1> {
  const stated = await readLinks(from.file);
  let rejected = 0;
  terminal.out(`${csvLine(['short_url', ...linkFields])}\n`);
  for (let at = 0; at < stated.length; at += linksMax) {
    const batch = stated.slice(at, at + linksMax);
    const made = await make(
      api,
      batch.map(({ link }) => link),
    );
    for (const { index, message } of made.rejected) {
      rejected += 1;
      terminal.err(`rosi: line ${batch[index]?.line ?? '?'}: ${message}\n`);
    }
    for (const link of made.links) {
      terminal.out(`${csvLine(['short_url', ...linkFields].map((name) => link[name]))}\n`);
    }
    if (from.qrFolder !== null) await writeCodes(api, made.links, from.qrFolder);
    if (at === 0) warnOfLocalAddress(terminal, made.links);
  }
  const made = `${counted(stated.length - rejected, 'link')} made`;
  terminal.err(`rosi: ${made}, ${counted(rejected, 'line')} rejected\n`);
  return rejected > 0 ? 1 : 0;
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

interface StatedLine {
  readonly link: StatedLink;
  readonly line: number;
}

async function readLinks(file: string): Promise<StatedLine[]> {
  const source = await openSourceFile(file, 'auto');
  const table = await openTable(() => source.chunks(), detectSeparator(source.sample));
  if (!table.headers.includes('url')) {
    throw usage(
      `${file} has no column url. Its header may name ${linkFields.join(', ')}; only url is needed.`,
    );
  }
  const lines: StatedLine[] = [];
  const seen = new Map<string, number>();
  for await (const item of table.rows()) {
    if (item.kind === 'damaged') throw usage(`${file}, line ${item.line}: ${item.message}`);
    const link = statedLink(item.row);
    const content = JSON.stringify(link);
    const times = (seen.get(content) ?? 0) + 1;
    seen.set(content, times);
    const id = link['link_id'] ?? idOfContent(content, times);
    lines.push({ link: { ...link, link_id: id }, line: item.line });
  }
  return lines;
}

/** Its own fields that have a value. */
export function statedLink(row: Readonly<Record<string, string | undefined>>): StatedLink {
  const stated = linkFields.flatMap((name) => {
    const value = row[name]?.trim() ?? '';
    return value === '' ? [] : [[name, value] as const];
  });
  return Object.fromEntries(stated);
}

const idCharacters = 10;

/** So that the same file twice makes the same links; `times` tells equal lines apart. */
function idOfContent(content: string, times: number): string {
  const digest = createHash('sha256').update(`${times}\n${content}`).digest('hex');
  return BigInt(`0x${digest}`).toString(36).slice(0, idCharacters);
}

export async function showCode(
  { api, terminal }: LinkCommand,
  { linkId, file }: { readonly linkId: string; readonly file: string | null },
): Promise<0> {
  const svg = await codeOf(api, linkId);
  if (file === null) terminal.out(`${svg}\n`);
  else writeFileSync(file, `${svg}\n`);
  return 0;
}

async function writeCodes(api: ApiOptions, links: readonly Link[], folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const { link_id: id } of links) {
    writeFileSync(join(folder, `${id}.svg`), `${await codeOf(api, id)}\n`);
  }
}

const codeOf = (api: ApiOptions, linkId: string) =>
  getText(api, `${path}/${encodeURIComponent(linkId)}/qr`);

async function make(api: ApiOptions, links: readonly StatedLink[]) {
  return madeSchema.parse(done(await sendJson(api, 'POST', path, links), path));
}

function warnOfLocalAddress(terminal: Terminal, links: readonly Link[]): void {
  const [first] = links;
  const host = first === undefined ? '' : new URL(first.short_url).hostname;
  if (!/^(localhost|127\.|\[::1\])/.test(host)) return;
  terminal.err(
    'rosi: this address works on this machine alone: start ROSI with ROSI_PUBLIC_URL set to the ' +
      'one that people reach, https://go.shop.example for example\n',
  );
}

function csvLine(cells: readonly unknown[]): string {
  return cells.map((cell) => csvCell(String(cell ?? ''))).join(',');
}

const csvCell = (text: string) =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

const usage = (told: string) => new RosiError('ROSI_USAGE_INVALID', told);
