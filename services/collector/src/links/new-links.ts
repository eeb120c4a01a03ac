/** Links as they are stated by whoever makes them, and what becomes of them. Pure but for chance. */
import { maskUrlQuery } from '@rosi/events';
import { destinationRemedies, readDestination } from './destination.js';

/** Whom a link's clicks are credited to; all by id. */
export const linkOwners = ['post_id', 'influencer_id', 'campaign_id', 'program_id'] as const;

export interface NewLink {
  readonly linkId: string;
  readonly url: string;
  readonly owners: Readonly<Partial<Record<(typeof linkOwners)[number], string>>>;
}

export type LinkReading =
  | { readonly ok: true; readonly link: NewLink }
  | { readonly ok: false; readonly linkId: string | null; readonly message: string };

/** What stands in an address without being encoded. */
const idPattern = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}$/;
const ownerLengthMax = 256;

export function readNewLink(stated: unknown, makeId: () => string): LinkReading {
  if (typeof stated !== 'object' || stated === null || Array.isArray(stated)) {
    return refused(null, 'A link is a JSON object: send {"url": "https://shop.example/shoes"}.');
  }
  const fields = new Map<string, unknown>(Object.entries(stated));
  const statedId = fields.get('link_id') ?? '';
  if (typeof statedId !== 'string' || (statedId !== '' && !idPattern.test(statedId))) {
    const told =
      '"link_id" may have 1 to 100 letters, digits and . _ ~ -, beginning with a letter or digit.';
    return refused(null, told);
  }
  const linkId = statedId === '' ? makeId() : statedId;
  const destination = readDestination(fields.get('url'));
  if (!destination.ok) return refused(linkId, destinationRemedies[destination.fault]);
  // The catalogue masks personal data, and a masked address would lead elsewhere.
  if (maskUrlQuery(destination.url) !== destination.url) {
    const told = '"url" has an e-mail address or phone number in its parameters: leave it out.';
    return refused(linkId, told);
  }
  const owners: Partial<Record<(typeof linkOwners)[number], string>> = {};
  for (const owner of linkOwners) {
    const value = fields.get(owner) ?? '';
    if (typeof value !== 'string' || value.length > ownerLengthMax) {
      return refused(linkId, `"${owner}" must be a text of at most ${ownerLengthMax} characters.`);
    }
    if (value.trim() !== '') owners[owner] = value.trim();
  }
  return { ok: true, link: { linkId, url: destination.url, owners } };
}

function refused(linkId: string | null, message: string): LinkReading {
  return { ok: false, linkId, message };
}

/** Without those that look alike when they are read from paper. */
const letters = '23456789abcdefghijkmnpqrstuvwxyz';
const madeLength = 8;

/** 40 bits: of a million links, two of the same id are made once in two such sets of links. */
export function makeLinkId(random: (bytes: number) => Uint8Array): string {
  return [...random(madeLength)].map((byte) => letters[byte % letters.length]).join('');
}
