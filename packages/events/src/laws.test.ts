/** What holds of every event, whatever is sent. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { eventSchema } from './event-schema.js';
import { collectedEventCodec } from './generated/records.js';
import { type NormaliseContext, normalise } from './normalise.js';
import { rejectionCodes } from './rejection.js';
import { eventTypes, identifierTypes, interactionKinds, media, mediaTypes } from './vocabulary.js';

const context = (keyKind: 'secret' | 'write'): NormaliseContext => ({
  workspace: 'default',
  receivedAt: Date.parse('2026-03-02T00:00:00Z'),
  source: 'server',
  keyKind,
  ownDomains: ['shop.example'],
  requestUserAgent: '',
  secGpc: false,
  prefetch: false,
  hash: (text) =>
    `h${[...text].reduce((sum, c) => (sum * 31 + (c.codePointAt(0) ?? 0)) % 1e9, 7)}h`,
  makeEventId: () => 'made',
});

const personal = fc.constantFrom(
  'ada@example.org',
  'Ada.Love+x@mail.example.co.uk',
  'ada%40example.org',
  '+33612345678',
  '+1 (555) 123-4567',
);
const surroundings = fc.constantFrom('', ' ', 'see ', '?e=', ' and ', '"', '(', '/u/', 'ok: ');
const clear = fc.tuple(surroundings, personal, surroundings).map((parts) => parts.join(''));
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>,
  fc.constantFrom('', ' ', '\u0000', '\ud800', 'null', '1001', 'a:b', 2 ** 53, 1e300, -0, 0.1),
  fc.string({ unit: 'binary', maxLength: 300 }),
  clear,
);
const text = fc.oneof({ weight: 3, arbitrary: fc.string() }, { weight: 1, arbitrary: odd });
/** Mostly good: an event with twenty odd fields would teach only the first rejection. */
const mostly = (...good: readonly unknown[]) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom<unknown>(...good) },
    { weight: 1, arbitrary: odd },
  );
const bad = fc.constantFrom<unknown>('129.90', 12.5, '1.000', '-1', '', 'x', 1e21, 'eur', 'ABC');
const amount = fc.oneof(
  { weight: 9, arbitrary: mostly('1', 2, '0', null) },
  { weight: 2, arbitrary: bad },
);
const currency = fc.oneof(
  { weight: 9, arbitrary: mostly('EUR', 'JPY', 'KWD') },
  { weight: 1, arbitrary: bad },
);
const word = (words: readonly string[]) => mostly(...words, '', null);
const id = fc.oneof(
  { weight: 9, arbitrary: mostly('1', 'p-1', 7, ' x ') },
  { weight: 1, arbitrary: text },
);
const url = fc.oneof(
  fc.constantFrom('https://shop.example/?gclid=1', 'https://t.co/?utm_source=a&rosi_click=%zz'),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  clear.map((value) => `https://x.example/${value}`),
  odd,
);
const partly = (shape: Record<string, fc.Arbitrary<unknown>>) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.record(shape, { requiredKeys: [] }) },
    { weight: 1, arbitrary: odd },
  );

const order = partly({
  order_id: id,
  total: amount,
  currency,
  tax: amount,
  shipping: amount,
  coupon_codes: mostly(['a', ' A', 5], [], 'a', 5, null),
  items: fc.oneof(fc.array(odd), odd),
});
const refund = partly({ refund_id: id, order_id: id, total: amount, currency });
const time = mostly('2026-03-01T10:00:00Z', '2026-02-03T10:00:00.5+01:00', '1999-01-01T00:00Z');
const owners = { post_id: id, influencer_id: id, campaign_id: id, program_id: id };
const event = fc.record(
  {
    event_id: id,
    type: mostly(...eventTypes),
    occurred_at: time,
    identifiers: partly(Object.fromEntries(identifierTypes.map((type) => [type, id]))),
    platform: text,
    medium: word(media),
    media_type: word(mediaTypes),
    post_id: id,
    campaign_id: id,
    page: partly({ url, referrer: url, title: text }),
    utm: partly({ source: text, medium: text, campaign: text, content: text, term: text }),
    interaction: partly({ kind: word(interactionKinds), text }),
    order,
    refund,
    consent: mostly({ analytics: true }, { analytics: false, marketing: null }, undefined),
    user_agent: text,
    ip: text,
    properties: partly({ session_start: odd, a: clear, b: fc.array(odd) }),
    post: partly({ ...owners, platform: text, url, author: text, published_at: time }),
    influencer: partly({ ...owners, name: text, handles: fc.array(text), commission_rate: amount }),
    campaign: partly({ ...owners, name: text, starts_at: time }),
    link: partly({ ...owners, link_id: id, url }),
    coupon: partly({ ...owners, code: text }),
    spend: partly({ ...owners, spend_id: id, date: time, amount, currency }),
  },
  { requiredKeys: ['type'] },
);
const anything = fc.oneof(
  { weight: 5, arbitrary: event as fc.Arbitrary<unknown> },
  { weight: 1, arbitrary: odd },
);
const keys = fc.constantFrom<'secret' | 'write'>('secret', 'write');
const runs = { numRuns: 2_000 };

describe('normalise', () => {
  it('never throws, gives the same twice, and what it gives can be written and read', () => {
    const codes: ReadonlySet<string> = new Set(rejectionCodes);
    fc.assert(
      fc.property(anything, keys, (raw, key) => {
        const result = normalise(raw, context(key));
        expect(normalise(structuredClone(raw), context(key))).toEqual(result);
        if (!result.ok) {
          expect(codes.has(result.code)).toBe(true);
          return;
        }
        const bytes = collectedEventCodec.encode(result.event);
        expect(collectedEventCodec.decode(bytes)).toEqual(result.event);
        JSON.parse(result.event.properties);
        const { identifiers } = result.event;
        const strengths = identifiers.map(({ type }) =>
          (identifierTypes as readonly string[]).indexOf(type),
        );
        expect(strengths).toEqual([...strengths].sort((a, b) => a - b));
        // One a type, but two orders that differ.
        const names = identifiers.map(({ type, value }) =>
          type === 'order_id' ? `order ${value}` : type,
        );
        expect(names).toEqual([...new Set(names)]);
        expect(strengths.filter((strength) => strength === 0).length).toBeLessThanOrEqual(2);
      }),
      runs,
    );
  });

  it('accepts a good share of what these tests make', () => {
    const accepted = fc
      .sample(event, { numRuns: 500, seed: 1 })
      .filter((raw) => normalise(raw, context('secret')).ok);
    expect(accepted.length).toBeGreaterThan(100);
  });

  it('leaves no e-mail address or phone number in clear', () => {
    const everywhere = fc.record(
      {
        type: fc.constantFrom('page', 'click', 'interaction', 'lead', 'identify'),
        identifiers: fc.record(
          {
            ...{ email: personal, phone: personal, user_id: clear, customer_id: clear },
            ...{ anonymous_id: clear, click_id: clear },
          },
          { requiredKeys: [] },
        ),
        platform: clear,
        page: fc.record(
          {
            url: clear.map((value) => `https://x.example/${value}`),
            referrer: clear,
            title: clear,
          },
          { requiredKeys: [] },
        ),
        utm: fc.record({ source: clear, medium: clear, campaign: clear, term: clear }),
        interaction: fc.record({ text: clear }),
        properties: fc.dictionary(clear, fc.oneof(clear, fc.array(fc.record({ deep: clear })))),
      },
      { requiredKeys: ['type'] },
    );
    const inClear = [
      /[a-z0-9._+-]+(@|%40)[a-z0-9-]+\.[a-z]{2,}/i,
      /(\+|%2b)\d[\d\s().-]{6,}/i,
      /612345678/,
      /555.{0,2}123/,
    ];
    fc.assert(
      fc.property(everywhere, (raw) => {
        const result = normalise(raw, context('secret'));
        const output = JSON.stringify(result);
        for (const pattern of inClear) expect(output).not.toMatch(pattern);
      }),
      runs,
    );
  });
});

describe('eventSchema', () => {
  it('accepts exactly what normalise accepts, and names the same code', () => {
    const late = { ...context('secret'), receivedAt: 8.64e15 };
    fc.assert(
      fc.property(anything, (raw) => {
        const result = normalise(raw, late);
        const parsed = eventSchema.safeParse(raw);
        expect(parsed.success, JSON.stringify(parsed.error)).toBe(result.ok);
        if (!result.ok) expect(parsed.error?.issues[0]?.message).toBe(result.message);
      }),
      runs,
    );
  });

  it('describes every field in its JSON schema', () => {
    const schema = z.toJSONSchema(eventSchema) as JsonSchema;
    expect(schema.required).toEqual(['type']);
    expect(undescribed(schema, 'event')).toEqual([]);
    expect(Object.keys(schema.properties ?? {})).toContain('spend');
  });
});

interface JsonSchema {
  readonly description?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

function undescribed(schema: JsonSchema, path: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    ...(field.description === undefined ? [`${path}.${name}`] : []),
    ...undescribed(field, `${path}.${name}`),
  ]);
}
