/** The flags of `rosi webhook`. */
import type { Command } from 'commander';
import { examples, type ProgramContext } from '../program-context.js';
import { dataDirOf, type InstanceFlags } from '../reading/instance.js';
import { pipedSecret } from './piped-secret.js';

const withFolder = (command: Command) =>
  command.option('--data-dir <folder>', 'data folder of the product (ROSI_DATA_DIR)');

export function addWebhookCommands(program: Command, { terminal, env }: ProgramContext): void {
  const webhook = program
    .command('webhook')
    .description('the addresses at which shops and payment providers deliver webhooks')
    .addHelpText('after', examples(['rosi webhook add woocommerce shop', 'rosi webhook list']));
  withFolder(webhook.command('add'))
    .description('add an endpoint, or a further secret to one that is there')
    .argument('<source>', 'shopify, stripe, woocommerce, meta, standard or json')
    .argument('<id>', 'a part of its address; letters, digits, - and _')
    .option('--settings <json>', 'settings of the source (docs/webhooks.md)')
    .addHelpText(
      'after',
      `${examples([
        'ROSI_WEBHOOK_SECRET=… rosi webhook add shopify shop',
        'rosi webhook add stripe pay --settings \'{"refunds": false}\' < secret.txt',
        'rosi webhook add woocommerce woo',
      ])}
The secret is read from ROSI_WEBHOOK_SECRET, else from the standard input; where you choose it
(woocommerce, standard, json) one is made when none is given. A running \`rosi start\` takes it up within
a second.`,
    )
    .action(async (source: string, id: string, flags: InstanceFlags & { settings?: string }) => {
      const secret = await pipedSecret(env, 'ROSI_WEBHOOK_SECRET');
      const added = { source, id, secret, settings: flags.settings ?? null };
      const { addWebhook } = await import('./webhooks.js');
      addWebhook({ dataDir: dataDirOf(env, flags), terminal }, added);
    });
  withFolder(webhook.command('list'))
    .description('addresses and the number of live secrets')
    .addHelpText('after', examples(['rosi webhook list']))
    .action(async (flags: InstanceFlags) => {
      const { listWebhooks } = await import('./webhooks.js');
      listWebhooks({ dataDir: dataDirOf(env, flags), terminal });
    });
  withFolder(webhook.command('remove'))
    .description('remove an endpoint, or the older of its two secrets')
    .argument('<id>', 'as listed')
    .option('--old-secret', 'only the older secret, once the provider signs by the newer one')
    .addHelpText('after', examples(['rosi webhook remove shop --old-secret']))
    .action(async (id: string, flags: InstanceFlags & { oldSecret?: boolean }) => {
      const { removeWebhook } = await import('./webhooks.js');
      const removed = { id, oldSecret: flags.oldSecret === true };
      removeWebhook({ dataDir: dataDirOf(env, flags), terminal }, removed);
    });
}
