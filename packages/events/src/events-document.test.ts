/** Holds docs/events.md to the code. `UPDATE_DOCS=1` writes the table of rejections anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { eventSchema } from './event-schema.js';
import { normalise } from './normalise.js';
import { rejectionCodes, rejectionRemedies } from './rejection.js';
import { eventTypes } from './vocabulary.js';

const path = new URL('../../../docs/events.md', import.meta.url);
const tableHead = '| code | remedy |\n| --- | --- |\n';

function documentText(): string {
  const text = readFileSync(path, 'utf8');
  if (process.env['UPDATE_DOCS'] !== '1') return text;
  const [before] = text.split(tableHead);
  const rows = rejectionCodes.map((code) => `| \`${code}\` | ${rejectionRemedies[code]} |\n`);
  const updated = `${before}${tableHead}${rows.join('')}`;
  writeFileSync(path, updated);
  return updated;
}

const text = documentText();
const examples = [...text.matchAll(/```json\n([\s\S]*?)\n```/g)].map(
  (match) => JSON.parse(match[1] ?? '') as { readonly type: string },
);

describe('docs/events.md', () => {
  it.each(rejectionCodes)('names %s with its remedy', (code) => {
    expect(text).toContain(`| \`${code}\` | ${rejectionRemedies[code]} |\n`);
  });

  it('has an example of every type', () => {
    expect(examples.map(({ type }) => type).sort()).toEqual([...eventTypes].sort());
  });

  it.each(examples.map((example) => [example.type, example] as const))(
    'shows a %s that is accepted',
    (_, example) => {
      const result = normalise(example, {
        workspace: 'default',
        receivedAt: Date.parse('2026-03-02T00:00:00Z'),
        source: 'server',
        keyKind: 'secret',
        ownDomains: [],
        requestUserAgent: '',
        secGpc: false,
        prefetch: false,
        hash: (value) => value.length.toString(),
        makeEventId: () => 'made',
      });
      expect(result).toMatchObject({ ok: true, droppedIdentifiers: [] });
    },
  );

  it('names every field', () => {
    const names = fieldNames(z.toJSONSchema(eventSchema) as JsonSchema);
    expect(names.length).toBeGreaterThan(60);
    for (const name of new Set(names)) expect(text).toMatch(new RegExp(`\\b${name}\\b`));
  });
});

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

function fieldNames(schema: JsonSchema): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    name,
    ...fieldNames(field),
  ]);
}
