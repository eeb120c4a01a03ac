/**
 * Signatures of deliveries, over the raw body. Every comparison takes the same time whatever is
 * compared, and every live secret is tried, so that one can be rotated while the other holds.
 */
import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Signed {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** One, or two while one is being replaced. */
  readonly secrets: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type Verdict = 'good' | 'missing' | 'wrong' | 'expired';

/** How old, or how far ahead, a signed time may be; Stripe and Standard Webhooks advise it. */
export const replayWindowMs = 5 * 60 * 1_000;

export interface HeaderHmac {
  readonly header: string;
  readonly encoding: 'base64' | 'hex';
  /** Before the signature in the header, such as `sha256=`. */
  readonly prefix?: string;
}

/** HMAC-SHA-256 of the body in one header. */
export function verifyHeaderHmac(signed: Signed, scheme: HeaderHmac): Verdict {
  const stated = headerOf(signed.headers, scheme.header);
  const prefix = scheme.prefix ?? '';
  if (stated === '') return 'missing';
  if (!stated.startsWith(prefix)) return 'wrong';
  const signature = stated.slice(prefix.length);
  const keys = signed.secrets.map((secret) => Buffer.from(secret, 'utf8'));
  return anyFits([signature], keys, scheme.encoding, signed.body) ? 'good' : 'wrong';
}

/** A secret as it is in one header, for senders that sign nothing. */
export function verifyToken(signed: Signed, header: string, prefix: string): Verdict {
  const stated = headerOf(signed.headers, header);
  if (stated === '') return 'missing';
  if (!stated.startsWith(prefix)) return 'wrong';
  const given = stated.slice(prefix.length);
  const fits = signed.secrets.map((secret) => sameText(given, secret));
  return fits.includes(true) ? 'good' : 'wrong';
}

/** Whether two texts are one, in a time that tells nothing of them. */
export function sameText(first: string, second: string): boolean {
  return timingSafeEqual(digest(first), digest(second));
}

/** Stripe: `t=<seconds>,v1=<hex>[,v1=<hex>]`, over `<t>.<body>`. */
export function verifyStripe(signed: Signed): Verdict {
  const stated = headerOf(signed.headers, 'stripe-signature');
  if (stated === '') return 'missing';
  const parts = stated.split(',').map((part) => part.trim().split('='));
  const values = (name: string) => parts.flatMap(([key, value]) => (key === name ? [value] : []));
  const [time = ''] = values('t');
  const signatures = values('v1').map((value) => value ?? '');
  const keys = signed.secrets.map((secret) => Buffer.from(secret, 'utf8'));
  const content = Buffer.concat([Buffer.from(`${time}.`), signed.body]);
  if (!anyFits(signatures, keys, 'hex', content)) return 'wrong';
  return inTime(time, signed.now) ? 'good' : 'expired';
}

/** Standard Webhooks: `v1,<base64>` separated by spaces, over `<id>.<timestamp>.<body>`. */
export function verifyStandard(signed: Signed): Verdict {
  const id = standardHeader(signed.headers, 'id');
  const time = standardHeader(signed.headers, 'timestamp');
  const stated = standardHeader(signed.headers, 'signature');
  if (id === '' || time === '' || stated === '') return 'missing';
  const signatures = stated
    .split(' ')
    .flatMap((part) => (part.startsWith('v1,') ? [part.slice(3)] : []));
  const keys = signed.secrets.map((secret) =>
    Buffer.from(secret.startsWith('whsec_') ? secret.slice(6) : secret, 'base64'),
  );
  const content = Buffer.concat([Buffer.from(`${id}.${time}.`), signed.body]);
  if (!anyFits(signatures, keys, 'base64', content)) return 'wrong';
  return inTime(time, signed.now) ? 'good' : 'expired';
}

/** Of Standard Webhooks; Svix, where they come from, names its own `svix-…`. */
export function standardHeader(headers: IncomingHttpHeaders, name: string): string {
  return headerOf(headers, `webhook-${name}`) || headerOf(headers, `svix-${name}`);
}

export function headerOf(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value.trim() : '';
}

/** Each signature is held against each key, to the last, so that the time tells nothing. */
function anyFits(
  signatures: readonly string[],
  keys: readonly Buffer[],
  encoding: 'base64' | 'hex',
  content: Buffer,
): boolean {
  let fits = false;
  for (const key of keys) {
    const right = createHmac('sha256', key).update(content).digest();
    for (const signature of signatures.slice(0, signaturesMax)) {
      const given = Buffer.from(signature, encoding);
      if (given.length === right.length && timingSafeEqual(given, right)) fits = true;
    }
  }
  return fits;
}

/** A header with more is no provider's. */
const signaturesMax = 8;

function inTime(seconds: string, now: number): boolean {
  if (!/^\d{1,12}$/.test(seconds)) return false;
  return Math.abs(now - Number(seconds) * 1_000) <= replayWindowMs;
}

const digest = (text: string) => hash('sha256', text, 'buffer');
