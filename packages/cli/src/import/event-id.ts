/** Event ids that depend on what a line says alone, so that the same file twice changes nothing. */
import type { Digest } from './item.js';
import { createOccurrences } from './occurrences.js';

const idCharacters = 32;

/** `prefix-…` from the digest of the parts; the parts can't run into each other. */
export function contentId(prefix: string, digest: Digest, parts: readonly string[]): string {
  const text = JSON.stringify(['rosi import', prefix, ...parts]);
  return `${prefix}-${digest(text).slice(0, idCharacters)}`;
}

/** As {@link contentId}, where the second of two equal contents has another id than the first. */
export function createLineIds(prefix: string, digest: Digest): (text: string) => string {
  const occurrenceOf = createOccurrences();
  return (text) => {
    const plain = contentId(prefix, digest, [text]);
    const occurrence = occurrenceOf(plain);
    return occurrence === 0 ? plain : contentId(prefix, digest, [text, String(occurrence)]);
  };
}
