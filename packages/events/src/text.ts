/**
 * Reads texts out of unknown JSON. What comes out is well-formed Unicode (a lone surrogate becomes
 * U+FFFD, as UTF-8 would make it) and never longer than its limit.
 */

/** Longest identifier or id, in characters. */
export const idCharactersMax = 256;
/** Longest url, in UTF-16 units; what is over it is cut. */
export const urlLengthMax = 8_192;
/** Longest interaction text, in UTF-16 units; what is over it is cut. */
export const textLengthMax = 10_000;
/** Longest title, name, utm value or other short text, in UTF-16 units; the rest is cut. */
export const labelLengthMax = 1_024;

export type JsonObject = { readonly [key: string]: unknown };

const noFields: JsonObject = {};

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value when it is an object, else one without fields. */
export function objectOrEmpty(value: unknown): JsonObject {
  return isObject(value) ? value : noFields;
}

/** Null counts as absent, everywhere. */
export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

const anySurrogate = /[\ud800-\udfff]/;
const loneSurrogate = /\p{Surrogate}/gu;

export function wellFormed(text: string): string {
  return anySurrogate.test(text) ? text.replace(loneSurrogate, '\ufffd') : text;
}

/** Whether the text has at most so many characters (code points). */
export function fitsCharacters(text: string, charactersMax: number): boolean {
  if (text.length <= charactersMax) return true;
  if (text.length > charactersMax * 2) return false;
  let characters = 0;
  for (const _ of text) characters++;
  return characters <= charactersMax;
}

/** Cuts without splitting a character. */
export function cut(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const last = text.charCodeAt(lengthMax - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? lengthMax - 1 : lengthMax);
}

/** Longest address or number that masking finds where the text that it reads ends. */
const personalLengthMax = 1_024;

/**
 * The masked text, cut. Of a long text twice what is kept is read, so that masking it takes no longer;
 * what stands last in that may be the begin of an address, which no mask finds, and is not kept.
 */
export function maskedCut(text: string, lengthMax: number, mask: (text: string) => string): string {
  const readMax = lengthMax * 2;
  if (text.length <= readMax) return cut(mask(text), lengthMax);
  const masked = mask(cut(text, readMax));
  return cut(masked, Math.max(0, Math.min(lengthMax, masked.length - personalLengthMax)));
}

/** A text, or an integer as its text; an integer beyond 2^53 has lost digits and is none. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return wellFormed(value);
  return Number.isSafeInteger(value) ? String(value) : null;
}

/** The text itself when it is one, else empty. */
export function stringOrEmpty(value: unknown): string {
  return typeof value === 'string' ? wellFormed(value) : '';
}

/** A trimmed id; empty when it is absent, no text, empty, or too long to be one. */
export function idOrEmpty(value: unknown): string {
  const text = textOf(value)?.trim() ?? '';
  return fitsCharacters(text, idCharactersMax) ? text : '';
}
