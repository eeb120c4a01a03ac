/** The flags of `rosi connector`. */
import type { Command } from 'commander';
import { examples, type ProgramContext } from '../program-context.js';
import { dataDirOf, type InstanceFlags } from '../reading/instance.js';
import { pipedSecret } from './piped-secret.js';

const withFolder = (command: Command) =>
  command.option('--data-dir <folder>', 'data folder of the product (ROSI_DATA_DIR)');

export function addConnectorCommands(program: Command, { terminal, env }: ProgramContext): void {
  const connector = program
    .command('connector')
    .description('social networks that are read while the product runs')
    .addHelpText('after', examples(['rosi connector list', 'rosi connector add --help']));
  withFolder(connector.command('add'))
    .description('add a connector, or give one that is there another secret or other settings')
    .argument('<source>', 'the network, such as bluesky or mastodon (docs/connect/connectors.md)')
    .argument('<id>', 'its name; letters, digits, - and _')
    .option('--settings <json>', 'settings of the source (docs/connect/connectors.md)')
    .addHelpText(
      'after',
      `${examples([
        'rosi connector add bluesky brand --settings ' +
          '\'{"accounts": [{"did": "did:plc:…", "handle": "shop.example"}]}\'',
        'ROSI_CONNECTOR_SECRET=… rosi connector add mastodon brand-m --settings ' +
          '\'{"server": "https://social.example"}\'',
        'rosi connector add mastodon brand-m < new-token.txt',
      ])}
The secret (mastodon: the access token) is read from ROSI_CONNECTOR_SECRET, else from the standard
input. \`rosi start\` reads the connectors when it starts.`,
    )
    .action(async (source: string, id: string, flags: InstanceFlags & { settings?: string }) => {
      const secret = await pipedSecret(env, 'ROSI_CONNECTOR_SECRET');
      const added = { source, id, secret, settings: flags.settings ?? null };
      const { addConnector } = await import('./connectors.js');
      addConnector({ dataDir: dataDirOf(env, flags), terminal }, added);
    });
  withFolder(connector.command('list'))
    .description('ids and sources')
    .addHelpText('after', examples(['rosi connector list']))
    .action(async (flags: InstanceFlags) => {
      const { listConnectors } = await import('./connectors.js');
      listConnectors({ dataDir: dataDirOf(env, flags), terminal });
    });
  withFolder(connector.command('remove'))
    .description('remove a connector; its place in the stream is kept')
    .argument('<id>', 'as listed')
    .addHelpText('after', examples(['rosi connector remove brand']))
    .action(async (id: string, flags: InstanceFlags) => {
      const { removeConnector } = await import('./connectors.js');
      removeConnector({ dataDir: dataDirOf(env, flags), terminal }, id);
    });
}
