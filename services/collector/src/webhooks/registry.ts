/** The adapters, by the `:source` of their address. A new one is its file and its line here. */
import type { WebhookAdapter } from './adapter.js';
import { anyJson } from './any-json.js';
import { meta } from './meta.js';
import { shopify } from './shopify.js';
import { standard } from './standard.js';
import { stripe } from './stripe.js';
import { woocommerce } from './woocommerce.js';

export const adapters: readonly WebhookAdapter[] = [
  shopify,
  stripe,
  woocommerce,
  meta,
  standard,
  anyJson,
];
