/** Making links by the API: what is taken, refused, answered and drawn. */
import { createLogger } from '@rosi/service-kit';
import { describe, expect, it } from 'vitest';
import { appFor, bearer, codeOf, MemoryLog, secretKey, writeKey } from '../testing/fixture.js';
import type { LinksOptions, ListedLink } from './link-options.js';
import { makeLinkId } from './new-links.js';

const stored: ListedLink[] = ['a', 'b'].map((id) => ({
  link_id: id,
  url: `https://shop.example/${id}`,
  post_id: '',
  influencer_id: 'ada',
  campaign_id: '',
  program_id: '',
}));

async function serve(more: Partial<LinksOptions> = {}) {
  const log = new MemoryLog();
  const links: LinksOptions = {
    store: {
      keep: () => true,
      pending: () => 0,
      oldestReceivedAt: () => null,
      stop: async () => {},
    },
    source: {
      newest: async () => [],
      recordedWithin: async () => [],
      find: async (linkId) => {
        const link = stored.find((one) => one.link_id === linkId);
        return link === undefined ? null : { linkId, url: link.url, occurredAt: 1, eventId: 'e' };
      },
    },
    list: async (after, limit) => stored.filter((link) => link.link_id > after).slice(0, limit),
    publicUrl: 'https://go.example',
    ...more,
  };
  const logger = createLogger({ name: 'test', level: 'silent' });
  const { app } = await appFor(log, { links, logger });
  const send = (payload: object | string, key = secretKey) =>
    app.inject({
      method: 'POST',
      url: '/v1/links',
      headers: { ...bearer(key), 'content-type': 'application/json' },
      payload,
    });
  const read = (url: string, key = secretKey) => app.inject({ url, headers: bearer(key) });
  return { app, log, send, read };
}

describe('POST /v1/links', () => {
  it('makes an entry of the catalogue, durable before the answer', async () => {
    const { send, log } = await serve();
    const answer = await send({
      link_id: 'l-1',
      url: 'https://shop.example/x',
      influencer_id: 'ada',
    });
    expect([answer.statusCode, answer.json()]).toEqual([
      201,
      {
        links: [
          {
            link_id: 'l-1',
            short_url: 'https://go.example/l/l-1',
            url: 'https://shop.example/x',
            influencer_id: 'ada',
          },
        ],
        rejected: [],
      },
    ]);
    expect(log.events).toMatchObject([
      {
        type: 'link',
        catalogue: {
          kind: 'link',
          id: 'l-1',
          entry: '{"link_id":"l-1","url":"https://shop.example/x","influencer_id":"ada"}',
        },
      },
    ]);
  });

  it('makes ids that are safe to read from paper', async () => {
    const { send } = await serve();
    const answer = await send([{ url: 'https://a.example/' }, { url: 'https://a.example/' }]);
    const ids = answer.json().links.map((link: { link_id: string }) => link.link_id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[2-9a-km-z]{8}$/);
    expect(makeLinkId((bytes) => new Uint8Array(bytes))).toBe('22222222');
  });

  it('makes the good ones of many and tells why others are refused', async () => {
    const { send, log } = await serve();
    const answer = await send([
      { url: 'https://a.example/', link_id: 'good' },
      { url: 'javascript:alert(1)' },
      { url: 'https://a.example/', link_id: 'no/slash' },
      { url: 'https://a.example/?to=ada@example.org' },
      { url: 'https://a.example/', influencer_id: 7 },
      'text',
    ]);
    expect(answer.statusCode).toBe(201);
    const { links, rejected } = answer.json();
    expect(links).toHaveLength(1);
    expect(
      rejected.map(({ index, code }: { index: number; code: string }) => [index, code]),
    ).toEqual([1, 2, 3, 4, 5].map((index) => [index, 'invalid_link']));
    expect(JSON.stringify(rejected)).not.toContain('ada@example.org');
    expect(log.events).toHaveLength(1);
  });

  it('refuses a lone bad link, a write key and what is no JSON', async () => {
    const { send, log } = await serve();
    const bad = await send({ url: '//evil.example' });
    expect([bad.statusCode, codeOf(bad)]).toEqual([400, 'invalid_link']);
    expect((await send({ url: 'https://a.example/' }, writeKey)).statusCode).toBe(401);
    expect(codeOf(await send('{'))).toBe('invalid_json');
    expect(log.events).toEqual([]);
  });
});

describe('links that are there', () => {
  it('are listed in pages with their addresses', async () => {
    const { read } = await serve();
    const all = (await read('/v1/links')).json();
    expect(all.next_after).toBeNull();
    expect(all.links).toMatchObject([
      { link_id: 'a', short_url: 'https://go.example/l/a', influencer_id: 'ada' },
      { link_id: 'b' },
    ]);
    expect((await read('/v1/links?after=a')).json().links).toHaveLength(1);
    expect((await read('/v1/links', writeKey)).statusCode).toBe(401);
  });

  it('have a QR code as SVG', async () => {
    const { read } = await serve();
    const code = await read('/v1/links/a/qr');
    expect([code.statusCode, code.headers['content-type']]).toEqual([200, 'image/svg+xml']);
    expect(code.body).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="[\d ]+">.*<\/svg>$/s,
    );
    expect((await read('/v1/links/a/qr', writeKey)).statusCode).toBe(401);
  });

  it('have none before they are made: a code on paper can not be mended', async () => {
    const { read, send } = await serve();
    const code = await read('/v1/links/c/qr');
    expect([code.statusCode, codeOf(code)]).toEqual([404, 'not_found']);
    await send({ url: 'https://shop.example/c', link_id: 'c' });
    expect((await read('/v1/links/c/qr')).statusCode).toBe(200);
  });

  it('can not be drawn while the tables do not answer whether there is one', async () => {
    const find = () => Promise.reject(new Error('away'));
    const source = { newest: async () => [], recordedWithin: async () => [], find };
    const { read } = await serve({ source });
    expect((await read('/v1/links/a/qr')).statusCode).toBe(503);
  });

  it('can not be listed while the tables do not answer', async () => {
    const { read } = await serve({ list: () => Promise.reject(new Error('away')) });
    expect((await read('/v1/links')).statusCode).toBe(503);
  });
});
