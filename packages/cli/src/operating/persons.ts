/** `rosi person erase` and `rosi person export`. */
import { RosiError } from '@rosi/service-kit';
import { done, sendJson } from '../reading/api.js';
import {
  type Environment,
  httpUrlOf,
  type InstanceFlags,
  secretKeyOf,
} from '../reading/instance.js';
import type { Terminal } from '../terminal/terminal.js';
import { untilSettled } from './settled.js';

const flagTypes = {
  userId: 'user_id',
  customerId: 'customer_id',
  email: 'email',
  phone: 'phone',
  handle: 'handle',
  anonymousId: 'anonymous_id',
  clickId: 'click_id',
  orderId: 'order_id',
} as const;

export type PersonFlags = { readonly [K in keyof typeof flagTypes]?: string };

interface PersonCommand {
  readonly env: Environment;
  readonly flags: InstanceFlags & PersonFlags;
  readonly terminal: Terminal;
}

export async function erasePersons(
  command: PersonCommand & { readonly wait: boolean; readonly sure: boolean },
): Promise<0> {
  const { env, flags, terminal } = command;
  const identifiers = identifiersOf(flags);
  if (!command.sure) {
    throw new RosiError(
      'ROSI_USAGE_INVALID',
      'An erasure can not be undone: see what is held with `rosi person export`, then add --yes.',
    );
  }
  const api = { url: httpUrlOf(env, flags), secretKey: secretKeyOf(env, flags) };
  const path = '/v1/persons/erase';
  done(await sendJson(api, 'POST', path, { identifiers }), path);
  if (command.wait) await untilSettled(api, terminal);
  terminal.err(
    command.wait
      ? 'rosi: erased; the event log forgets within its retention\n'
      : 'rosi: the erasure is under way (rosi status)\n',
  );
  return 0;
}

export async function exportPersons({ env, flags, terminal }: PersonCommand): Promise<0> {
  const identifiers = identifiersOf(flags);
  const api = { url: httpUrlOf(env, flags), secretKey: secretKeyOf(env, flags) };
  const path = '/v1/persons/export';
  const found = done(await sendJson(api, 'POST', path, { identifiers }), path);
  terminal.out(`${JSON.stringify(found, null, 2)}\n`);
  return 0;
}

function identifiersOf(flags: PersonFlags): Record<string, string> {
  const identifiers: Record<string, string> = {};
  for (const [flag, type] of Object.entries(flagTypes)) {
    const value = flags[flag as keyof PersonFlags];
    if (value !== undefined) identifiers[type] = value;
  }
  if (Object.keys(identifiers).length > 0) return identifiers;
  throw new RosiError(
    'ROSI_USAGE_INVALID',
    'Say who: --email, --customer-id, --order-id or another identifier (see --help).',
  );
}
