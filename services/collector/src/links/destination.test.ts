/** Where links may lead, and that nobody who follows one can make it lead elsewhere. */
import { describe, expect, it } from 'vitest';
import { readDestination, targetOf } from './destination.js';

describe('a destination', () => {
  it.each([
    ['https://shop.example/shoes?size=42#red', 'https://shop.example/shoes?size=42#red'],
    ['  http://shop.example:8080  ', 'http://shop.example:8080/'],
    ['https://bücher.example/é', 'https://xn--bcher-kva.example/%C3%A9'],
    ['HTTPS://Shop.example', 'https://shop.example/'],
  ])('%s is taken', (stated, url) => {
    expect(readDestination(stated)).toEqual({ ok: true, url });
  });

  it.each([
    ['//evil.example', 'not_absolute'],
    ['///evil.example', 'not_absolute'],
    ['/shoes', 'not_absolute'],
    ['shop.example', 'not_absolute'],
    ['', 'not_absolute'],
    ['https:shop.example', 'not_absolute'],
    ['https:///shop.example', 'not_absolute'],
    ['https://', 'not_absolute'],
    ['https:\\\\evil.example', 'characters'],
    ['https://shop.example\\@evil.example', 'characters'],
    ['https://shop.example/\r\nSet-Cookie: a=b', 'characters'],
    ['https://shop.example/\tx', 'characters'],
    ['https://shop.example/a b', 'characters'],
    ['https://shop.example/\u2028x', 'characters'],
    ['https://user:password@shop.example/', 'userinfo'],
    ['https://shop.example@evil.example/', 'userinfo'],
    ['https://@evil.example/', 'userinfo'],
    ['javascript:alert(1)', 'scheme'],
    ['JaVaScRiPt:alert(1)', 'scheme'],
    ['data:text/html,x', 'scheme'],
    ['ftp://shop.example/', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['https://%00/', 'host'],
    ['https://shop.example:99999/', 'host'],
    [`https://shop.example/${'a'.repeat(2_048)}`, 'too_long'],
    [null, 'not_a_text'],
    [{}, 'not_a_text'],
  ])('%j is refused: %s', (stated, fault) => {
    expect(readDestination(stated)).toEqual({ ok: false, fault });
  });
});

describe('the address of one click', () => {
  it.each([
    ['https://a.example/', '', 'k', 'https://a.example/?rosi_click=k'],
    ['https://a.example/x?own=1#top', 'b=2', 'k', 'https://a.example/x?own=1&b=2&rosi_click=k#top'],
    [
      'https://a.example/',
      'utm_source=x&utm_source=y',
      null,
      'https://a.example/?utm_source=x&utm_source=y',
    ],
    ['https://a.example/', 'q=a%20b+c&%C3%A9=%26', null, 'https://a.example/?q=a%20b+c&%C3%A9=%26'],
    ['https://a.example/?next=/cart', 'next=//evil.example', null, 'https://a.example/?next=/cart'],
    ['https://a.example/?n%65xt=1', 'next=2', null, 'https://a.example/?n%65xt=1'],
    ['https://a.example/', 'rosi_click=theirs', 'ours', 'https://a.example/?rosi_click=ours'],
    ['https://a.example/', 'rosi_click=theirs', null, 'https://a.example/'],
    ['https://a.example/', 'rosi%5Fclick=theirs', null, 'https://a.example/'],
    ['https://a.example/?rosi_click=old&b=1', '', 'k', 'https://a.example/?b=1&rosi_click=k'],
    ['https://a.example/', '#"<>\u0000\r\nX: y', null, null],
    ['https://a.example/', '?//evil.example', null, null],
    ['https://a.example/', '%', null, 'https://a.example/?%'],
  ])('%s with %j and click %s', (destination, query, clickId, expected) => {
    const target = targetOf(destination, query, clickId);
    if (expected !== null) expect(target).toBe(expected);
    expect(new URL(target).origin).toBe('https://a.example');
    expect(target).toMatch(/^[\x21-\x7e]+$/);
  });
});
