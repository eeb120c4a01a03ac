import { describe, expect, it } from 'vitest';
import { isNamedPhone, maskPlain, maskProse, maskUrl, maskUrlQuery, maskValue } from './mask.js';

describe('e-mail addresses', () => {
  it.each([
    ['write to ada@example.org.', 'write to [email].'],
    ['Ada.Love+news@mail.example.co.uk', '[email]'],
    ["o'brien@example.org", '[email]'],
    ['<ada@example.org>,bob@example.org', '<[email]>,[email]'],
    ['ärger@müller.example', '[email]'],
    ['{"email":"ada@example.org"}', '{"email":"[email]"}'],
    ['by @ada@social.example', 'by @[email]'],
    ['ada%40example.org', '[email]'],
    ['ada%2540example%2Eorg', '[email]'],
    ['mailto:ada@example.org?x', 'mailto:[email]?x'],
    ['?email=jon%40m%C3%BCller.de&a=1', '?email=[email]&a=1'],
    ['?email=jon%2540m%25C3%25BCller.de%26a=1', '?email=[email]%26a=1'],
    ['user@डेटामेल.भारत', '[email]'],
    ['jon@mu\u0308ller.de', '[email]'],
    ['jon@plant%2Eexample%20b', '[email]%20b'],
    ['jon@pl%61nt.example', '[email]'],
    ['jon＠plant．example', '[email]'],
    ['jon%EF%BC%A0plant%EF%BC%8Eexample', '[email]'],
    ['jon@plant。example', '[email]'],
    ['jon@plant%E3%80%82example', '[email]'],
    ['by "ada.x"@plant.example', 'by [email]'],
    ['{"a":"ada\\u0040plant.example"}', '{"a":"[email]"}'],
    ['ada&#64;plant.example, ada&#x40;plant.example', '[email], [email]'],
  ])('%s', (text, expected) => {
    expect(maskPlain(text)).toBe(expected);
  });

  it.each([
    ['@ada'],
    ['5 @ 3'],
    ['ada@localhost'],
    ['a@'],
    ['@.org'],
    ['100%40'],
    ['40 of 40'],
    ['ada@localhost%2Fa.b'],
    ['"@plant.example'],
    // A sentence ends after who is mentioned.
    ['感谢@小明。谢谢大家'],
    ['%E6%84%9F%E8%B0%A2%40%E5%B0%8F%E6%98%8E%E3%80%82%E8%B0%A2.'],
  ])('%s stays', (text) => {
    expect(maskProse(text)).toBe(text);
  });

  it('takes linear time where every part could begin an address', () => {
    // Quadratic, these would take far longer than a test may.
    const encoded = ['%EF%BC%A0', 'a%EF%BC%A0b', '@%C3', '@%25', 'a@b%2525', '"@', 'a&#64;'];
    for (const piece of ['%40', 'a%40', '@', 'a@', '+1 ', '(5', '%2b', ...encoded]) {
      const text = piece.repeat(300_000 / piece.length);
      expect(maskProse(text).length).toBeGreaterThan(0);
    }
  });

  it('takes linear time', () => {
    const hostile = `${'a'.repeat(500_000)}${'@a'.repeat(250_000)}`;
    expect(maskProse(hostile)).toBe(hostile);
    const digits = '+1 '.repeat(300_000);
    expect(maskProse(digits).length).toBeLessThanOrEqual(digits.length);
  });
});

describe('phone numbers', () => {
  it.each([
    ['+33612345678'],
    ['+33 6 12 34 56 78'],
    ['+1 (555) 123-4567'],
    ['+44.20.7946.0958'],
    ['+49 30/901820'],
    ['+33.612345678'],
    ['%2B33612345678'],
    ['%2b33%206%2012%2034%2056%2078'],
    ['(555) 123-4567'],
    ['06 12 34 56 78'],
    ['06.12.34.56.78'],
    ['555-123-4567'],
    ['0033 6 12 34 56 78'],
  ])('%s is masked everywhere', (text) => {
    expect(maskValue(text)).toBe('[phone]');
    expect(maskValue(`call ${text}, please`)).toBe('call [phone], please');
  });

  it.each([['0612345678'], ['0151 23456789'], ['030/9018200']])(
    '%s is masked in prose alone',
    (text) => {
      expect(maskProse(`call ${text}!`)).toBe('call [phone]!');
      expect(maskValue(text)).toBe(text);
    },
  );

  it.each([
    ['2026-03-01T10:00:00+0100'],
    ['2026-03-01 10:00:00'],
    ['2026-03-01T10:00:00+01:00'],
    ['01.02.2026'],
    ['1772359200000'],
    ['123-4567890-1234567'],
    ['550e8400-e29b-41d4-a716-446655440000'],
    ['48.856614, 2.3522219'],
    ['+48.856614,+2.352222'],
    ['1 299 000.00 EUR'],
    ['+1 299.00'],
    ['12,345,678.90'],
    ['4006381333931'],
    ['192.168.100.200'],
    ['SKU-555-123-4567'],
    ['q=iphone+1234567890'],
    ['aB3+1234567890/x'],
    ['1001'],
    ['ABC-123-456'],
    ['10 000 000'],
    ['06/12/2024 10.30'],
    ['+1234'],
    ['+12345678901234567'],
  ])('%s stays', (text) => {
    expect(maskValue(text)).toBe(text);
  });

  it('takes what stands under the name of a phone for one', () => {
    expect(isNamedPhone('phone', '0612345678')).toBe(true);
    expect(isNamedPhone('customerPhoneNumber', '612345678')).toBe(true);
    expect(isNamedPhone('billing[tel]', '06-12-34-56-78')).toBe(true);
    for (const name of ['cell', 'cellPhones', 'telefono', 'teléfono', 'Handynummer', 'fax']) {
      expect(isNamedPhone(name, '0612345678')).toBe(true);
    }
    expect(isNamedPhone('phone', '０６１２３４５６７８')).toBe(true);
    expect(isNamedPhone('phone', '٠٦١٢٣٤٥٦٧٨')).toBe(true);
    expect(isNamedPhone('cancelled', '0612345678')).toBe(false);
    expect(isNamedPhone('telegram_id', '612345678')).toBe(false);
    expect(isNamedPhone('phone_id', '612345678')).toBe(false);
    expect(isNamedPhone('hotel', '612345678')).toBe(false);
    expect(isNamedPhone('phone', 'iPhone 15')).toBe(false);
    expect(isNamedPhone('order_id', '612345678')).toBe(false);
  });
});

describe('maskUrl', () => {
  it.each([
    ['https://x.example/?email=ada%40example.org&a=1', 'https://x.example/?email=[email]&a=1'],
    ['https://x.example/u/ada@example.org/', 'https://x.example/u/[email]/'],
    ['https://x.example/?q=+33612345678', 'https://x.example/?q=[phone]'],
    ['https://x.example/?phone=0612345678&b=2', 'https://x.example/?phone=[phone]&b=2'],
    ['https://x.example/#tel=33612345678', 'https://x.example/#tel=[phone]'],
    ['https://x.example/?cell=0612345678', 'https://x.example/?cell=[phone]'],
    ['https://x.example/?q=06%2012%2034%2056%2078', 'https://x.example/?q=[phone]'],
    ['https://x.example/?q=call+06+12+34+56+78+now', 'https://x.example/?q=call+[phone]+now'],
    ['https://x.example/?q=call%2006.12.34.56.78%21', 'https://x.example/?q=call%20[phone]%21'],
    ['https://x.example/?q=(555)%20123-4567&b=2', 'https://x.example/?q=[phone]&b=2'],
    ['https://x.example/?q=a+%28555%29+123-4567', 'https://x.example/?q=a+[phone]'],
    ['https://x.example/?q=0033+6+12+34+56+78', 'https://x.example/?q=[phone]'],
    ['https://ada:secret@x.example/p', 'https://x.example/p'],
    ['https://ada@example.org/p', 'https://example.org/p'],
  ])('%s', (url, expected) => {
    expect(maskUrl(url)).toBe(expected);
  });

  it.each([
    ['https://x.example/orders/1234567890?ts=1772359200000&ref=0612345678'],
    ['https://x.example/?telegram=1234567890&id=550e8400-e29b-41d4-a716-446655440000'],
    ['https://x.example/?%E0%A4%A&b=%'],
    ['https://x.example/?t=2024-03-01+10:00:00&u=2024-03-01%2010%3A00&n=10%20000%20000'],
    ['https://x.example/?q=iphone+15+256+2024&sum=5+06+12+34+56+78&v=1.02.03.04.05.06'],
  ])('%s stays', (url) => {
    expect(maskUrl(url)).toBe(url);
  });

  it('leaves the path of a public page alone when asked', () => {
    expect(maskUrlQuery('https://social.example/@ada@other.example/1?to=ada@example.org')).toBe(
      'https://social.example/@ada@other.example/1?to=[email]',
    );
  });
});
