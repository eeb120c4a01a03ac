/** Events that are rejected, each with its clear code, while the good ones beside it are accepted. */
import { describe, expect, test } from 'vitest';
import { verdictOn } from './testing/verdict.js';

const times = (text: string, count: number) => text.repeat(count);
const good = '{"type":"click"}';

describe('events that are rejected, alone', () => {
  const purchase = (order: string) =>
    `{"type":"purchase","order":{"order_id":"o","currency":"EUR",${order}}}`;
  test.each([
    ['a number', '7', 'not_an_object'],
    ['null', 'null', 'not_an_object'],
    ['an array', `[${good}]`, 'not_an_object'],
    ['an empty object', '{}', 'type_missing'],
    ['a type of another case', '{"type":"Click"}', 'type_unknown'],
    ['a type named as a prototype has it', '{"type":"constructor"}', 'type_unknown'],
    ['a type that is an object', '{"type":{"toString":"click"}}', 'type_unknown'],
    ['an empty event_id', '{"type":"click","event_id":""}', 'event_id_invalid'],
    ['an event_id of 129', `{"type":"click","event_id":"${times('é', 129)}"}`, 'event_id_invalid'],
    ['a fractional event_id', '{"type":"click","event_id":1.5}', 'event_id_invalid'],
    ['an event_id beyond all numbers', '{"type":"click","event_id":1e999}', 'event_id_invalid'],
    ['a list for an event_id', '{"type":"click","event_id":["a"]}', 'event_id_invalid'],
    [
      'the far future',
      '{"type":"click","occurred_at":"9999-12-31T23:59:59Z"}',
      'occurred_at_in_future',
    ],
    [
      '24 hours and a millisecond',
      '{"type":"click","occurred_at":"2026-06-02T12:00:00.001Z"}',
      'occurred_at_in_future',
    ],
    [
      'an hour that is none',
      '{"type":"click","occurred_at":"2026-01-01T25:00:00Z"}',
      'occurred_at_invalid',
    ],
    [
      'a day that is none',
      '{"type":"click","occurred_at":"2026-02-30T10:00:00Z"}',
      'occurred_at_invalid',
    ],
    ['no zone', '{"type":"click","occurred_at":"2026-01-01T10:00:00"}', 'occurred_at_invalid'],
    ['milliseconds', '{"type":"click","occurred_at":1780000000000}', 'occurred_at_invalid'],
    [
      'a year of six digits',
      '{"type":"click","occurred_at":"+275760-09-13T00:00:00Z"}',
      'occurred_at_invalid',
    ],
    ['1969', '{"type":"click","occurred_at":"1969-12-31T23:59:59Z"}', 'occurred_at_too_early'],
    ['consent that is a text', '{"type":"click","consent":"yes"}', 'consent_invalid'],
    ['consent that is a number', '{"type":"click","consent":{"analytics":1}}', 'consent_invalid'],
    ['a medium in capitals', '{"type":"click","medium":"CPC"}', 'medium_unknown'],
    ['an amount with an exponent', purchase('"total":"1e2"'), 'amount_invalid'],
    ['NaN', purchase('"total":"NaN"'), 'amount_invalid'],
    ['Infinity', purchase('"total":"Infinity"'), 'amount_invalid'],
    ['a number beyond all numbers', purchase('"total":1e999'), 'amount_invalid'],
    ['hexadecimal', purchase('"total":"0x10"'), 'amount_invalid'],
    ['a decimal comma', purchase('"total":"12,50"'), 'amount_invalid'],
    ['a space', purchase('"total":" 1.00"'), 'amount_invalid'],
    ['digits of another script', purchase('"total":"١٢"'), 'amount_invalid'],
    ['no digit before the point', purchase('"total":".50"'), 'amount_invalid'],
    ['an empty amount', purchase('"total":""'), 'amount_invalid'],
    ['an amount that is a list', purchase('"total":["1.00"]'), 'amount_invalid'],
    ['an amount that is true', purchase('"total":true'), 'amount_invalid'],
    ['minus zero as text', purchase('"total":"-0"'), 'amount_negative'],
    ['minus a cent', purchase('"total":-0.01'), 'amount_negative'],
    ['three digits of EUR', purchase('"total":"1.000"'), 'amount_too_precise'],
    ['a fraction below a cent', purchase('"total":1e-7'), 'amount_too_precise'],
    ['a quadrillion cents', purchase('"total":"10000000000000.00"'), 'amount_too_large'],
    ['a huge number', purchase('"total":1e21'), 'amount_too_large'],
    ['ten thousand digits', purchase(`"total":"${times('9', 10_000)}"`), 'amount_too_large'],
    ['tax of another precision', purchase('"total":"1.00","tax":"0.001"'), 'amount_too_precise'],
    [
      'a digit of JPY',
      '{"type":"purchase","order":{"order_id":"o","total":"1.0","currency":"JPY"}}',
      'amount_too_precise',
    ],
    [
      'four digits of KWD',
      '{"type":"purchase","order":{"order_id":"o","total":"1.0000","currency":"KWD"}}',
      'amount_too_precise',
    ],
    [
      'a currency in lower case',
      '{"type":"purchase","order":{"order_id":"o","total":"1.00","currency":"eur"}}',
      'currency_unknown',
    ],
    [
      'gold',
      '{"type":"purchase","order":{"order_id":"o","total":"1","currency":"XAU"}}',
      'currency_unknown',
    ],
    [
      'a currency named as a prototype has it',
      '{"type":"purchase","order":{"order_id":"o","total":"1","currency":"__proto__"}}',
      'currency_unknown',
    ],
    [
      'an amount alone',
      '{"type":"purchase","order":{"order_id":"o","total":"1.00"}}',
      'currency_missing',
    ],
    [
      'an order_id of 257',
      `{"type":"purchase","order":{"order_id":"${times('1', 257)}"}}`,
      'order_id_missing',
    ],
    ['codes that are none', purchase('"total":"1.00","coupon_codes":{}'), 'coupon_codes_invalid'],
    ['a refund of nothing', '{"type":"refund"}', 'order_id_missing'],
    [
      'an unlink of one',
      '{"type":"unlink","identifiers":{"user_id":"u"}}',
      'unlink_needs_two_identifiers',
    ],
    ['a post without its body', '{"type":"post"}', 'catalogue_id_missing'],
    [
      'a coupon of white space',
      '{"type":"coupon","coupon":{"code":" \\t "}}',
      'catalogue_id_missing',
    ],
    [
      'a rate below zero',
      '{"type":"influencer","influencer":{"influencer_id":"i","commission_rate":-1}}',
      'catalogue_field_invalid',
    ],
    [
      'spend on a 30th of February',
      '{"type":"spend","spend":{"spend_id":"s","date":"2026-02-30","amount":"1.00","currency":"EUR"}}',
      'spend_date_invalid',
    ],
    [
      'an event 33 levels deep',
      `{"type":"click","properties":${times('{"a":', 32)}1${times('}', 32)}}`,
      'too_deep',
    ],
  ])('%s', async (_name, text, code) => {
    expect(await verdictOn(text)).toMatchObject({ code, index: 1 });
  });
});
