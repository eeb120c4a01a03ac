/**
 * Who refuses analytics leaves no identifier behind but the order's, click ids included: in no url,
 * whole or in part or within another one, in no text, also as JSON, and under no name of theirs
 * among properties.
 */
import { jsonDepthMax } from './masked-json.js';
import { adClickParameters, identifierTypes, trackedClickParameter } from './vocabulary.js';

/** What becomes of an event's texts, and of its values from JSON, before they are masked. */
export interface Cleaning {
  text(text: string): string;
  json(value: unknown): unknown;
}

/** At the end of a name, so that those of `initial_gclid` go too. */
const clickWords = [trackedClickParameter, ...adClickParameters, 'click_id'];
/** Whole names: `email_consent` is no identifier. Meta's cookie holds the click id. */
const wholeWords = [
  ...identifierTypes.filter((type) => type !== 'order_id'),
  ...['rosi_anonymous_id', 'rosi_id', '_fbc'],
];
/** Google's cookies of click ids: `_gcl_aw`. */
const adCookie = '_?gcl_[a-z0-9]{1,9}';

/** Also without its underscores: `clickId`. */
const spelled = (word: string): string => word.replaceAll('_', '_?');
/** Among properties. */
const property = new RegExp(
  `(?:${clickWords.map(spelled).join('|')})$|` +
    `^(?:${wholeWords.map(spelled).join('|')}|${adCookie})$`,
  'i',
);

/** Each character also percent-encoded, and that more than once (%255F). */
const encodable = (word: string): string =>
  [...word]
    .map(
      (char) => `(?:${char}|%(?:25)*${char.charCodeAt(0).toString(16)})${char === '_' ? '?' : ''}`,
    )
    .join('');
/** No letter, digit or other part of a longer name stands before. */
const nameStart = String.raw`(?:^|[^\w.%-]|%(?:25)*(?:2[0-9a-cf]|3[a-f]|[57]b))`;
const names =
  `(?:${clickWords.map(encodable).join('|')}|${nameStart}` +
  `(?:${wholeWords.map(encodable).join('|')}|${adCookie}))`;
/** Looked for behind a mark alone. */
const behind = (mark: string) => `(?<=${names}${mark})`;
const parameter = new RegExp(`(=)${behind('=')}[^&#]*`, 'gi');
/** In an url within another one: the value ends at a mark that is encoded as often as the `=`. */
const innerParameter = new RegExp(
  String.raw`(%((?:25)*)3d)${behind('%(?:25)*3d')}(?:(?!%\2(?:26|23))[^&#])*`,
  'gi',
);

/** A field of JSON in a text, or the value of a pair of name and value there. */
const quote = String.raw`\\*"`;
const fieldName = String.raw`${quote}(?:\s{0,9},\s{0,9}${quote}value${quote})?\s{0,9}:`;
/** A text ends at a quote with as many backslashes as it began with. */
const jsonField = new RegExp(
  String.raw`(:)${behind(fieldName)}(\s{0,9})` +
    String.raw`(?:(\\*")(?:(?!(?<!\\)\3)[^])*|\[[^\]]*\]?|\{[^}]*\}?|[^\s,}\]]+)`,
  'gi',
);
/** The same where it is percent-encoded in an url. */
const colon = '(?::|%(?:25)*3a)';
const innerJsonField = new RegExp(
  `(${colon})${behind(`%(?:25)*22${colon}`)}` +
    String.raw`(?:(%(?:25)*22)(?:(?!\2)[^&#"])*|(?:(?!%(?:25)*(?:2c|[57]d))[^&#",}\]])+)`,
  'gi',
);

const withoutIdentifiers: Cleaning = {
  text: (text) =>
    text
      .replace(innerParameter, '$1')
      .replace(parameter, '$1')
      .replace(
        jsonField,
        (_, mark: string, space: string, opening?: string) => `${mark}${space}${opening ?? 'null'}`,
      )
      .replace(innerJsonField, (_, mark: string, opening = 'null') => mark + opening),
  json: (value) => cleanJson(value, 0),
};
const asItIs: Cleaning = { text: (text) => text, json: (value) => value };

/** `consent`: to analytics. */
export const cleaningBy = (consent: boolean): Cleaning => (consent ? asItIs : withoutIdentifiers);

/** As deep as anything is kept. */
function cleanJson(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return withoutIdentifiers.text(value);
  if (typeof value !== 'object' || value === null || depth === jsonDepthMax) return value;
  if (Array.isArray(value)) return value.map((item) => cleanJson(item, depth + 1));
  const valueGoes = namesIdentifier(value);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !property.test(key) && !(valueGoes && key === 'value'))
      .map(([key, field]) => [withoutIdentifiers.text(key), cleanJson(field, depth + 1)]),
  );
}

/** Whether it is a pair such as `{"name": "gclid", "value": …}`. */
function namesIdentifier(pair: object): boolean {
  const { name, key }: { name?: unknown; key?: unknown } = pair;
  return [name, key].some((stated) => typeof stated === 'string' && property.test(stated));
}
