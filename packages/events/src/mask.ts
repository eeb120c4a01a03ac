/**
 * Masks e-mail addresses and phone numbers in free text and urls, so that they never reach
 * the log. A phone number is `+` and 7 to 15 digits with the usual separators, a number in a clear
 * national format, or what stands under a name such as `phone`. Order numbers, times, prices,
 * coordinates and UUIDs stay. Every scan is linear in the text's length.
 */
const emailMask = '[email]';
export const phoneMask = '[phone]';

/** Percent-encoded, also more than once (%2540). */
const escaped = (hex: string) => hex.replace(/../g, '%(?:25)*$&');
const atSign = new RegExp(
  String.raw`[@＠﹫]|${escaped('40')}|${escaped('efbca0')}|&#(?:64|x40);|&commat;|\\u0040`,
  'gi',
);
const anyAtSign = new RegExp(atSign.source, 'i');
/** What ends the part before the @; everything else may belong to it. */
const beforeAddress = /[\s@＠﹫<>()[\]{},;:"\\/?&=#|]/;
/** Longest part before the @ that stands in quotes, with them. */
const quotedMax = 66;

const ideographicStop = `(?:[。｡]|${escaped('e38082')}|${escaped('efbda1')})`;
/** An ideographic stop ends a sentence, except before what only a domain goes on with. */
const dot = `(?:[.．]|${escaped('2e')}|${escaped('efbc8e')}|${ideographicStop}(?=[a-z0-9]))`;
/** Escapes of letters, digits, `-` and `_`, and of bytes beyond ASCII. */
const escapedLetter = String.raw`%(?:25)*(?:2d|3\d|[46][1-9a-f]|[57][0-9a]|5f|[89a-f][0-9a-f])`;
const letter =
  String.raw`(?:[\p{L}\p{M}\p{N}_-]|` +
  `(?!${escaped('efbca0')}|${escaped('efbc8e')}|${ideographicStop})${escapedLetter})`;
const mailDomain = new RegExp(`${letter}+(?:${dot}${letter}+)+`, 'iuy');

/** Replaces each e-mail address; `from` tells what by. */
export function replaceEmails(text: string, from: (address: string) => string): string {
  if (!anyAtSign.test(text)) return text;
  let result = '';
  let done = 0;
  // Where the part before the next @ can begin; found going forwards, each character once.
  let start = 0;
  let seen = 0;
  for (const match of text.matchAll(atSign)) {
    if (match.index < done) continue;
    for (; seen < match.index; seen++) if (beforeAddress.test(text.charAt(seen))) start = seen + 1;
    start = Math.max(start, done);
    const begin = start < match.index ? start : quotedBegin(text, match.index, done);
    if (begin === match.index) continue;
    mailDomain.lastIndex = match.index + match[0].length;
    if (!mailDomain.test(text)) continue;
    result += text.slice(done, begin) + from(text.slice(begin, mailDomain.lastIndex));
    done = mailDomain.lastIndex;
  }
  return done === 0 ? text : result + text.slice(done);
}

/** Where the quoted text (`"ada.x"@`) before an @ begins; `end` when there is none. */
function quotedBegin(text: string, end: number, from: number): number {
  if (text.charAt(end - 1) !== '"') return end;
  const first = Math.max(from, end - quotedMax);
  const opening = text.slice(first, end - 1).lastIndexOf('"');
  return opening < 0 ? end : first + opening;
}

const separator = String.raw`(?:[\s().\-/\u2010-\u2013]|%20|%28|%29|\+){0,3}`;
/**
 * `+` (or %2B) and 7 to 15 digits. A `+` right after a letter or digit is a space of a query or a
 * sum, except after a percent escape; after `%29`, a closing bracket, it is one, too.
 */
const internationalPhone = new RegExp(
  String.raw`(?:(?:(?<=%(?!29)[0-9a-f]{2})|(?<![\p{L}\p{N}]))\+|%(?:25)*2b)(?:\(|%28)?` +
    String.raw`\d(?:${separator}\d){6,14}(?!\d)`,
  'giu',
);
/** Signed coordinates and price differences: one point, and no phone's grouping. */
const signedDecimal = /^\+\d{1,3}(?:\s?\d{3})*\.\d{1,7}$/;

/** Replaces each phone number in international form; `by` tells what by. */
export function replaceInternationalPhones(text: string, by: (phone: string) => string): string {
  if (!text.includes('+') && !/2b/i.test(text)) return text;
  return text.replace(internationalPhone, (phone) =>
    signedDecimal.test(phone) ? phone : by(phone),
  );
}

const apart = String.raw`(?<![\p{L}\p{N}_.,+\-/%])`;
/** Also behind a space of a query, which a `+` is unless numbers are added. */
const apartInQuery = String.raw`(?:${apart}|(?<=%20|[^\d+]\+))`;
/** Before an escaped mark that ends a number, not before `%2D`, `%2E` or `%2F`. */
const ends = String.raw`(?![\p{L}\p{N}_\-/]|[.,]\d|%(?!2[0-9abcABC]|3[a-fA-F]))`;
const space = String.raw`(?:\s|%20|\+)`;
const gap = String.raw`(?:[\s.+-]|%20)`;
/** (555) 123-4567 · 06 12 34 56 78 · 555-123-4567 · 0033 6 12 34 56 78; also as a query has them. */
const nationalPhone = new RegExp(
  [
    String.raw`(?:(?<=%20)|(?<![\p{L}\p{N}_]))(?:\(|%28)\d{2,5}(?:\)|%29)${space}?\d{3,4}` +
      String.raw`${gap}\d{3,5}${ends}`,
    String.raw`${apartInQuery}0\d(?:(${gap})\d\d)(?:\1\d\d){3}${ends}`,
    String.raw`${apartInQuery}[2-9]\d\d([.-])\d{3}\2\d{4}${ends}`,
    String.raw`${apartInQuery}00[1-9]\d{0,2}(?:${gap}\d{1,4}){3,6}${ends}`,
  ].join('|'),
  'gu',
);
/** In prose, also 0612345678 and 0151 23456789; elsewhere these may well be numbers of orders. */
const prosePhone = new RegExp(
  String.raw`${apart}0(?:[1-9]\d{8,10}|\d{2,4}[\s/-]\d{5,8})${ends}`,
  'gu',
);
const someDigits = /\d{2}/;
/** What each number in a national format has; most texts have it not. */
const digitsApart = /\d{2}(?:[\s.+-]|%20|(?:\)|%29)(?:\s|%20|\+)?)\d/;

/** Masks e-mail addresses and international phone numbers, and nothing that could be a number. */
export function maskPlain(text: string): string {
  return replaceInternationalPhones(
    replaceEmails(text, () => emailMask),
    () => phoneMask,
  );
}

/** Masks a value of unknown kind: properties, utm values. */
export function maskValue(text: string): string {
  const masked = maskPlain(text);
  return digitsApart.test(masked) ? masked.replace(nationalPhone, phoneMask) : masked;
}

/** Masks what people write: texts and titles. */
export function maskProse(text: string): string {
  const masked = maskValue(text);
  return someDigits.test(masked) ? masked.replace(prosePhone, phoneMask) : masked;
}

const phoneWords: ReadonlySet<string> = new Set([
  'phone',
  'telephone',
  'phonenumber',
  'cell',
  'cellphone',
  'mobile',
  'mobil',
  'msisdn',
  'whatsapp',
  'gsm',
  'tel',
  'fax',
  'telefon',
  'telefono',
  'telefone',
  'telefoon',
  'telefonnummer',
  'mobilnummer',
  'rufnummer',
  'handy',
  'handynummer',
  'celular',
]);
/** Most names have none of the words, which is cheaper to see. */
const couldNamePhone = new RegExp([...phoneWords].join('|'), 'i');
const betweenWords = /[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/;
const plural = /s$/;
/** Digits of any script: full-width and Arabic ones, too. */
const phoneDigits = /^\P{Nd}{0,4}\p{Nd}(?:[\s().\-/]{0,3}\p{Nd}){6,14}\P{Nd}{0,2}$/u;

/** The words that tell stand at a name's end; what is before is not looked at. */
const nameLengthMax = 128;

/** Whether a field of that name may hold phone numbers. */
export function namesPhone(name: string): boolean {
  const end = name.slice(-nameLengthMax);
  if (!couldNamePhone.test(end)) return false;
  const words = end.split(betweenWords).map((word) => word.toLowerCase());
  return words.some((word) => phoneWords.has(word.replace(plural, ''))) && !words.includes('id');
}

/** Whether a value is a phone number in whatever format, given that its field may hold one. */
export const isPhoneDigits = (value: string): boolean => phoneDigits.test(value);

/** Whether a field of that name and value holds a phone number in whatever format. */
export function isNamedPhone(name: string, value: string): boolean {
  return isPhoneDigits(value) && namesPhone(name);
}

const credentials = /^([a-z][a-z0-9+.-]*:)?\/\/[^/?#]*@/i;
const queryField = /([?&;#])([^=&;#?]{1,64})=([^&;#]{1,64})(?=[&;#]|$)/g;

/** A user name and password before an url's host are taken out. */
export function withoutCredentials(url: string): string {
  if (!url.includes('@')) return url;
  return url.replace(credentials, (_, scheme: string | undefined) => `${scheme ?? ''}//`);
}

/** Masks an url, without its user name and password. */
export function maskUrl(url: string): string {
  const masked = maskValue(withoutCredentials(url));
  if (!couldNamePhone.test(masked)) return masked;
  return masked.replace(queryField, (field, mark: string, name: string, value: string) =>
    isNamedPhone(name, value.replace(/%[0-9a-f]{2}|\+/gi, ' ').trim())
      ? `${mark}${name}=${phoneMask}`
      : field,
  );
}

/** Masks the query and fragment alone: the path of a public page may name a public handle. */
export function maskUrlQuery(url: string): string {
  const bare = withoutCredentials(url);
  const start = bare.search(/[?#]/);
  return start < 0 ? bare : bare.slice(0, start) + maskUrl(bare.slice(start));
}
