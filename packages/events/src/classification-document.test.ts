/**
 * Holds docs/classification.md to the tables in the code. `UPDATE_DOCS=1` writes the tables anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  adClicks,
  clickFamilies,
  mediaTypeOfMedium,
  mediumAliases,
  mediumOfKind,
  paidMedia,
} from './channels.js';
import { type SourceKind, sources } from './sources.js';
import { adClickParameters, media, mediaTypes } from './vocabulary.js';

const path = new URL('../../../docs/classification.md', import.meta.url);

const code = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(', ');
const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly string[]) =>
  [row(...head), row(...head.map(() => '---')), ...rows].join('\n');

const kinds = Object.keys(mediumOfKind) as readonly SourceKind[];

const tables: Readonly<Record<string, string>> = {
  media: table(
    ['utm_medium', 'medium'],
    [
      ...media.flatMap((medium) => {
        const aliases = mediumAliases[medium];
        return aliases === undefined ? [] : [row(code(aliases), `\`${medium}\``)];
      }),
      row(
        `${code(paidMedia)}, and whatever begins with \`paid-\``,
        '`paid_social` with a social or video source, else `cpc`',
      ),
    ],
  ),
  kinds: table(
    ['kind of source', 'medium'],
    kinds.map((kind) => row(kind, `\`${mediumOfKind[kind]}\``)),
  ),
  clicks: table(
    ['parameter', 'platform', 'medium', 'platform of the referrer instead, when it is'],
    adClickParameters.map((parameter) => {
      const { platform, medium } = adClicks[parameter];
      return row(
        `\`${parameter}\``,
        `\`${platform}\``,
        `\`${medium}\``,
        code(clickFamilies[parameter] ?? []),
      );
    }),
  ),
  'media-types': table(
    ['medium', 'media_type'],
    media.map((medium) =>
      row(`\`${medium}\``, mediaTypeOfMedium[medium] ? `\`${mediaTypeOfMedium[medium]}\`` : 'none'),
    ),
  ),
  ...Object.fromEntries(
    kinds.map((kind) => [
      kind,
      table(
        ['platform', 'hosts (with subdomains)', 'apps', 'further names in utm_source'],
        sources
          .filter((source) => source.kind === kind)
          .map(({ platform, hosts, apps, names }) =>
            row(`\`${platform}\``, code(hosts), code(apps ?? []), code(names ?? [])),
          ),
      ),
    ]),
  ),
};

const block = (name: string) =>
  new RegExp(`(<!-- table ${name} -->\\n)([\\s\\S]*?)(\\n<!-- end -->)`);

describe('docs/classification.md', () => {
  if (process.env['UPDATE_DOCS'] === '1') {
    let text = readFileSync(path, 'utf8');
    for (const [name, rendered] of Object.entries(tables)) {
      text = text.replace(block(name), (_, begin, __, end) => begin + rendered + end);
    }
    writeFileSync(path, text);
  }
  const text = readFileSync(path, 'utf8');

  it.each(Object.keys(tables))('shows the table %s as the code has it', (name) => {
    expect(block(name).exec(text)?.[2]).toBe(tables[name]);
  });
});

describe('the tables', () => {
  it('name each host, app and name once', () => {
    for (const keys of [
      sources.flatMap(({ hosts }) => hosts),
      sources.flatMap(({ apps }) => apps ?? []),
      sources.flatMap(({ names }) => names ?? []),
      [...Object.values(mediumAliases).flat(), ...paidMedia],
    ]) {
      const repeated = keys.filter((key, index) => keys.indexOf(key) !== index);
      expect(repeated).toEqual([]);
    }
  });

  it('are in lower case, and say only what the contract knows', () => {
    for (const { platform, hosts, names } of sources) {
      for (const word of [platform, ...hosts, ...(names ?? [])]) {
        expect(word).toBe(word.toLowerCase());
      }
    }
    for (const type of Object.values(mediaTypeOfMedium))
      expect(['', ...mediaTypes]).toContain(type);
  });
});
