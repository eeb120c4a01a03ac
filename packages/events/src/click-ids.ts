/**
 * Click ids are identifiers. Who refuses analytics leaves none behind: in no url, whole or in part
 * or within another one, in no text, and under no name of theirs among properties.
 */
import { jsonDepthMax } from './masked-json.js';
import { adClickParameters, trackedClickParameter } from './vocabulary.js';

/** What becomes of an event's texts, and of its values from JSON, before they are masked. */
export interface Cleaning {
  text(text: string): string;
  json(value: unknown): unknown;
}

const words = [trackedClickParameter, ...adClickParameters, 'click_id'];

/** Also percent-encoded, and that more than once (%255F). */
const encodable = (word: string): string =>
  [...word].map((char) => `(?:${char}|%(?:25)*${char.charCodeAt(0).toString(16)})`).join('');
/** Looked for behind an `=` alone; the end of a name, so that those of `initial_gclid` go too. */
const behind = (mark: string) => `(?<=(?:${words.map(encodable).join('|')})${mark})`;
const parameter = new RegExp(`(=)${behind('=')}[^&#]*`, 'gi');
/** In an url within another one: the value ends at a mark that is encoded as often as the `=`. */
const innerParameter = new RegExp(
  String.raw`(%((?:25)*)3d)${behind('%(?:25)*3d')}(?:(?!%\2(?:26|23))[^&#])*`,
  'gi',
);
/** Among properties also without the underscores: `clickId`. */
const property = new RegExp(`(?:${words.join('|').replaceAll('_', '_?')})$`, 'i');

const withoutClickIds: Cleaning = {
  text: (text) => text.replace(innerParameter, '$1').replace(parameter, '$1'),
  json: (value) => cleanJson(value, 0),
};
const asItIs: Cleaning = { text: (text) => text, json: (value) => value };

/** `consent`: to analytics. */
export const cleaningBy = (consent: boolean): Cleaning => (consent ? asItIs : withoutClickIds);

/** As deep as anything is kept. */
function cleanJson(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return withoutClickIds.text(value);
  if (typeof value !== 'object' || value === null || depth === jsonDepthMax) return value;
  if (Array.isArray(value)) return value.map((item) => cleanJson(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !property.test(key))
      .map(([key, field]) => [withoutClickIds.text(key), cleanJson(field, depth + 1)]),
  );
}
