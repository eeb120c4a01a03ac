/** docs/connect says what the code does: its examples are good, its lists are whole. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readConnectors } from './configuration.js';
import { connectors } from './registry.js';

const pageOf = (name: string) =>
  readFileSync(new URL(`../../../docs/connect/${name}.md`, import.meta.url), 'utf8');

test('the example of a configuration is taken', () => {
  const [, example = ''] = /```json\n(.*?)```/s.exec(pageOf('connectors')) ?? [];
  expect(readConnectors(JSON.parse(example))).toMatchObject({ ok: true });
});

test.each(connectors.map(({ source }) => source))(
  '%s has its page, and stands on the list',
  (source) => {
    expect(pageOf('connectors')).toContain(`\`${source}\``);
    expect(pageOf(source)).toContain('## What becomes of what');
  },
);

test('every failure and reason stands there', () => {
  const told = [
    'away',
    'limited',
    'refused',
    'odd',
    'fault',
    'others',
    'own',
    'kind',
    'malformed',
    'gap',
  ];
  const page = pageOf('connectors');
  expect(told.filter((word) => !page.includes(`\`${word}\``))).toEqual([]);
});
