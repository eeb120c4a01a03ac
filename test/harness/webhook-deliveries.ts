/** Deliveries of webhooks to the running product: their bodies, and what signs them. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Product } from './product.js';

const fixtures = new URL('../../services/collector/src/webhooks/fixtures/', import.meta.url);

/** The text of a delivery as its provider sends it. */
export const fixture = (name: string) => readFileSync(new URL(`${name}.json`, fixtures), 'utf8');

export const hmacOf = (secret: string, content: string, encoding: 'base64' | 'hex') =>
  createHmac('sha256', secret).update(content).digest(encoding);

/** Answered 200, and no event of it was refused. `address` is what follows `/hooks/`. */
export async function deliverWebhook(
  product: Product,
  address: string,
  body: string,
  headers: Record<string, string>,
): Promise<void> {
  const answer = await product.request(`/hooks/${address}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  expect([answer.status, answer.body]).toEqual([200, expect.not.stringContaining('"code"')]);
}
