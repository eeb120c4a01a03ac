/** docs/webhooks.md says what the code does: its examples are good, its lists are whole. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ignoredReasons } from './adapter.js';
import { readWebhookEndpoints } from './endpoints.js';
import { adapters } from './registry.js';

const page = readFileSync(new URL('../../../../docs/webhooks.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map((match) => match[1] ?? '');

/** Secrets are left out of the page, so they are put in. */
function withSecrets(example: string): unknown {
  const text = example.replaceAll(/"secrets": \["[^"]*"\]/g, '"secrets": ["0123456789abcdef"]');
  const parsed: object = JSON.parse(text);
  return 'endpoints' in parsed ? parsed : { endpoints: [parsed] };
}

test('the examples of endpoints are taken', () => {
  expect(examples).toHaveLength(2);
  for (const example of examples) {
    expect(readWebhookEndpoints(withSecrets(example))).toMatchObject({ ok: true });
  }
});

test('every source and every reason stands there', () => {
  const named = [...adapters.map(({ source }) => source), ...ignoredReasons];
  expect(named.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
