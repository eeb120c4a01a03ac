import { readFileSync } from 'node:fs';
import { rejectionCodes } from '@rosi/events';
import { describe, expect, test } from 'vitest';
import { exampleEvents } from './openapi-examples.js';
import { problemCodes } from './problems.js';
import { appFor, MemoryLog } from './testing/fixture.js';

describe('documentation', () => {
  test('openapi.json describes every route and the event itself', async () => {
    const { get } = await appFor(new MemoryLog());
    const response = await get('/openapi.json');
    const document = response.json();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual([
      '/v1/events',
      '/v1/status',
      '/v1/orders/{order_id}/receipt',
      '/v1/settings',
      '/v1/recompute',
      '/v1/replay',
      '/v1/persons/erase',
      '/v1/persons/export',
      '/hooks/{source}/{endpoint_id}',
      '/v1/track',
      '/v1/identify',
      '/v1/page',
      '/v1/screen',
      '/v1/alias',
      '/v1/group',
      '/v1/batch',
      '/com.snowplowanalytics.snowplow/tp2',
      '/i',
      '/v1/links',
      '/v1/links/{link_id}/qr',
      '/l/{link_id}',
      '/v1/keys',
      '/v1/keys/{id}',
      '/v1/keys/{id}/origins',
      '/v1/audit',
      '/health/live',
      '/health/ready',
      '/metrics',
      '/rosi.js',
      '/rosi.gif',
    ]);
    const { properties } = document.components.schemas.Event;
    expect(Object.keys(properties)).toEqual(
      expect.arrayContaining(['event_id', 'type', 'identifiers', 'order', 'consent']),
    );
    expect(properties.event_id.description).toEqual(expect.any(String));
  });

  test('every reference of the document resolves in it', async () => {
    const { get } = await appFor(new MemoryLog());
    const text = (await get('/openapi.json')).body;
    const document: unknown = JSON.parse(text);
    const references = [...text.matchAll(/"\$ref":"#\/([^"]*)"/g)].map((match) => match[1]!);
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) {
      let target: unknown = document;
      for (const part of reference.split('/')) target = (target as Record<string, unknown>)[part];
      expect(target, reference).toBeTypeOf('object');
    }
  });

  test('/docs is a page that loads nothing from elsewhere', async () => {
    const { get } = await appFor(new MemoryLog());
    const page = await get('/docs/');
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('ROSI HTTP API');
    const sources = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(sources.length).toBeGreaterThan(2);
    for (const source of sources) {
      expect(source).not.toMatch(/^(https?:)?\/\//);
      const asset = await get(new URL(source, 'http://x/docs/').pathname);
      expect(asset.statusCode, source).toBe(200);
    }
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toMatch(/https:|upgrade-insecure|swagger\.io/);
    expect([200, 302]).toContain((await get('/docs')).statusCode);
  });

  test.each(Object.entries(exampleEvents))('the example %s is accepted', async (_name, example) => {
    const { post } = await appFor(new MemoryLog());
    const response = await post(example.value);
    expect(response.statusCode).toBe(202);
    expect(response.json().rejected).toEqual([]);
  });

  test('docs/api.md names every code', () => {
    const page = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
    const codes = [...problemCodes, ...rejectionCodes, 'too_deep'];
    expect(codes.filter((code) => !page.includes(`| \`${code}\` |`))).toEqual([]);
  });
});
