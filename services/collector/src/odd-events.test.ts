/** Events that are odd and yet events: they are accepted, and read in the log as they were meant. */
import { describe, expect, test } from 'vitest';
import { appFor, click, MemoryLog } from './testing/fixture.js';
import { verdictOn } from './testing/verdict.js';

const times = (text: string, count: number) => text.repeat(count);

describe('events that are odd and accepted', () => {
  test('a JSON number means its shortest decimal, minus zero is zero', async () => {
    const of = async (total: string) =>
      (
        await verdictOn(
          `{"type":"purchase","order":{"order_id":"o","total":${total},"currency":"EUR"}}`,
        )
      ).event?.order?.total;
    expect(await of('-0')).toBe(0);
    expect(await of('1e2')).toBe(10_000);
    expect(await of('0.1e1')).toBe(100);
    expect(await of('1e-2')).toBe(1);
    expect(await of('1.10')).toBe(110);
    expect(await of('9999999999999.99')).toBe(999_999_999_999_999);
    expect(await of('"0000000000000000000000129.90"')).toBe(12_990);
  });

  test('lone surrogates become U+FFFD in ids, texts and names', async () => {
    const { event } = await verdictOn(
      '{"type":"interaction","event_id":"a\\ud800","identifiers":{"user_id":"u\\udfff"},' +
        '"interaction":{"kind":"like","text":"x\\ud83d"},"properties":{"k\\ud800":"\\udc00v"}}',
    );
    expect(event).toMatchObject({
      eventId: 'a\ufffd',
      identifiers: [{ type: 'user_id', value: 'u\ufffd' }],
      interaction: { text: 'x\ufffd' },
    });
    expect(JSON.parse(event?.properties ?? '')).toEqual({ 'k\ufffd': '\ufffdv' });
  });

  test('NUL and other control characters stay, in ids too', async () => {
    const { event } = await verdictOn(
      '{"type":"click","event_id":"a\\u0000b","identifiers":{"user_id":"u\\u0000\\u0001\\u007f"},' +
        '"properties":{"\\u0000":"\\u0000\\u2028"}}',
    );
    expect(event).toMatchObject({
      eventId: 'a\0b',
      identifiers: [{ type: 'user_id', value: 'u\0\u0001\u007f' }],
    });
    expect(JSON.parse(event?.properties ?? '')).toEqual({ '\0': '\0\u2028' });
  });

  test('names that prototypes have are no fields, and change nothing', async () => {
    const { event } = await verdictOn(
      '{"type":"click","event_id":"p","__proto__":{"platform":"evil","identifiers":{"user_id":"e"}},' +
        '"constructor":{"prototype":{"platform":"evil"}},"identifiers":{"__proto__":{"user_id":"e"},' +
        '"toString":"t","hasOwnProperty":"h"},"properties":{"toString":"s","valueOf":1}}',
    );
    expect(event).toMatchObject({ eventId: 'p', platform: '', identifiers: [] });
    expect(JSON.parse(event?.properties ?? '')).toEqual({ toString: 's', valueOf: 1 });
    expect('platform' in {}).toBe(false);
  });

  test('of doubled keys the last one counts, also within objects', async () => {
    const { event } = await verdictOn(
      '{"type":"view","type":"click","event_id":"d","identifiers":{"user_id":"a","user_id":"b"},' +
        '"identifiers":{"user_id":"c"}}',
    );
    expect(event).toMatchObject({ type: 'click', identifiers: [{ value: 'c' }] });
  });

  test('ten thousand identifiers: the known ones count, the rest is ignored', async () => {
    const many = Array.from({ length: 10_000 }, (_, at) => `"user_id_${at}":"x${at}"`).join(',');
    const { event } = await verdictOn(
      `{"type":"click","event_id":"m","identifiers":{${many},"user_id":"u","email":["a","b"],` +
        `"phone":"${times('+', 100_000)}","anonymous_id":"${times('a', 257)}","click_id":{}}}`,
    );
    expect(event?.identifiers).toEqual([{ type: 'user_id', value: 'u' }]);
  });

  test('fields of wrong types count as absent', async () => {
    const { event } = await verdictOn(
      '{"type":"page","event_id":"w","identifiers":[1],"page":"x","utm":7,"properties":["a"],' +
        '"post_id":{"a":1},"platform":9,"user_agent":[],"ip":{},"order":"o","interaction":[],' +
        '"campaign_id":true,"link_id":1.5}',
    );
    expect(event).toMatchObject({
      eventId: 'w',
      identifiers: [],
      page: null,
      utm: null,
      properties: '{}',
      postId: '',
      campaignId: '',
      linkId: '',
      platform: '',
      order: null,
    });
  });

  test('one event of almost 5 MB, its texts cut where they have a limit', async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    const long = times('é😀', 100_000);
    const body = { ...click('large'), page: { url: `https://x.example/?${long}`, title: long } };
    const properties = { long, numbers: Array.from({ length: 100_000 }, () => 1e21) };
    const response = await post({ ...body, properties });
    expect(response.json()).toEqual({ accepted: 1, rejected: [] });
    const [event] = log.events;
    expect(event?.page?.url.length).toBeLessThanOrEqual(8_192);
    expect(event?.page?.title).not.toMatch(/\p{Surrogate}/u);
    // As a condition: what differs would be pages long.
    expect(event?.properties === JSON.stringify(properties)).toBe(true);
  });

  test('a thousand events that are all wrong are all told', async () => {
    const { post } = await appFor(new MemoryLog());
    const events = Array.from({ length: 1_000 }, (_, at) => ({ event_id: `w${at}`, type: at }));
    const { accepted, rejected } = (await post(events)).json();
    expect(accepted).toBe(0);
    expect(rejected.map((one: { event_id: string }) => one.event_id)).toEqual(
      events.map((event) => event.event_id),
    );
  });
});
