/**
 * Any sender of JSON: a signature or a secret in a header that the endpoint's settings name, and a
 * mapping, or events of ROSI as they are.
 */
import * as z from 'zod';
import { defineAdapter, ignored } from './adapter.js';
import { applyRules, rulesSchema } from './mapping.js';
import { ownEvents, withDeliveryId } from './own-events.js';
import { verifyHeaderHmac, verifyToken } from './signatures.js';

const header = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header')
  .transform((name) => name.toLowerCase());
const prefix = z.string().max(32).default('');

const settingsSchema = z.strictObject({
  signature: z.discriminatedUnion('scheme', [
    z.strictObject({
      scheme: z.literal('hmac-sha256'),
      header,
      encoding: z.enum(['hex', 'base64']).default('hex'),
      prefix,
    }),
    // For senders that can't sign: whoever reads the header can send.
    z.strictObject({ scheme: z.literal('token'), header, prefix }),
  ]),
  rules: rulesSchema.optional(),
});

export const anyJson = defineAdapter({
  source: 'json',
  settings: settingsSchema,
  verify(signed, { signature }) {
    if (signature.scheme === 'token')
      return verifyToken(signed, signature.header, signature.prefix);
    return verifyHeaderHmac(signed, signature);
  },
  read(delivery, { rules }) {
    const { body } = delivery;
    const events = rules === undefined ? ownEvents(body) : applyRules(rules, body);
    if (events === null) return ignored('topic');
    return { kind: 'events', events: withDeliveryId('json', '', events, delivery) };
  },
});
