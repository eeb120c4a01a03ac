/**
 * Standard Webhooks (standardwebhooks.com) of any sender: signed by its scheme; the body becomes
 * events by a mapping, or holds events of ROSI as they are, under `data` or at its top.
 */
import * as z from 'zod';
import { type Delivery, defineAdapter, ignored, type Reading } from './adapter.js';
import { applyRules, type Rule, rulesSchema } from './mapping.js';
import { ownEvents, withDeliveryId } from './own-events.js';
import { standardHeader, verifyStandard } from './signatures.js';

export const standard = defineAdapter({
  source: 'standard',
  settings: z.strictObject({ rules: rulesSchema.optional() }),
  verify: verifyStandard,
  read: (delivery, { rules }) => readBody(delivery, rules),
});

function readBody(delivery: Delivery, rules: readonly Rule[] | undefined): Reading {
  const events = rules === undefined ? ownEvents(delivery.body) : applyRules(rules, delivery.body);
  if (events === null) return ignored('topic');
  // The sender's id of a message is the same on every retry.
  const id = standardHeader(delivery.headers, 'id');
  return { kind: 'events', events: withDeliveryId('standard', id, events, delivery) };
}
