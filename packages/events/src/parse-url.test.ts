import { describe, expect, it } from 'vitest';
import { parseUrl } from './parse-url.js';

describe('an address', () => {
  it.each([
    ['https://shop.example', 'https://shop.example/'],
    ['http://é.de', 'http://xn--9ca.de/'],
    ['mailto:shop', 'mailto:shop'],
    ['', undefined],
    ['/shoes', undefined],
    ['https://', undefined],
    ['https://shop.example:port', undefined],
  ])('%s is read', (text, href) => {
    expect(parseUrl(text)?.href).toBe(href);
  });

  it('is read alike before and after the reading is compiled', () => {
    const accented = 'https://bücher.example/é';
    const read = () => parseUrl(accented)?.hostname;
    const before = read();
    for (let time = 0; time < 50_000; time += 1) parseUrl('https://shop.example/shoes');
    expect([before, read()]).toEqual(['xn--bcher-kva.example', 'xn--bcher-kva.example']);
  });
});
