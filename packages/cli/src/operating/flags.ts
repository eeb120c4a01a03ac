/** Commands that change the whole of a running product: settings, recompute, replay, persons. */
import { type Command, Option } from 'commander';
import { examples, type ProgramContext, withInstance } from '../program-context.js';
import { httpUrlOf, type InstanceFlags, secretKeyOf } from '../reading/instance.js';
import { readStartConfig } from '../start/config.js';
import type { PersonFlags } from './persons.js';

/** Loaded by the commands that need them. */
const loadPersons = () => import('./persons.js');
const loadRebuild = () => import('./rebuild.js');
const loadSettings = () => import('./settings.js');

type Waiting = InstanceFlags & { readonly json?: boolean; readonly wait?: boolean };

export function addOperatingCommands(program: Command, context: ProgramContext): void {
  addSettings(program, context);
  addRebuilding(program, context);
  addPersons(program, context);
  addMove(program, context);
}

function addMove(program: Command, { terminal, env }: ProgramContext): void {
  program
    .command('move-to-kafka')
    .description('carry a stopped installation with a log of its own to Kafka, without loss')
    .addHelpText(
      'after',
      examples([
        'ROSI_KAFKA_BROKERS=kafka:9092 ROSI_KAFKA_PARTITIONS=12 rosi move-to-kafka',
        'ROSI_DATA_DIR=/var/lib/rosi ROSI_KAFKA_BROKERS=kafka:9092 rosi move-to-kafka',
      ]),
    )
    .action(async () => {
      const config = readStartConfig(env, { quiet: true });
      // Loaded here: only this command needs both logs.
      const { moveToKafka } = await import('./move-to-kafka.js');
      await moveToKafka({ config, terminal });
    });
}

const waitFlag = () => new Option('--no-wait', 'do not wait until it has been done');

function addSettings(program: Command, { terminal, env, setExitCode }: ProgramContext): void {
  const settings = program
    .command('settings')
    .description('show or change the attribution settings of the workspace');
  const apiOf = (flags: InstanceFlags) => ({
    url: httpUrlOf(env, flags),
    secretKey: secretKeyOf(env, flags),
  });
  withInstance(settings.command('show', { isDefault: true }))
    .description('the settings that count')
    .option('--json', 'as JSON')
    .action(async (flags: Waiting) => {
      const { showSettings } = await loadSettings();
      setExitCode(await showSettings({ api: apiOf(flags), json: flags.json === true, terminal }));
    });
  withInstance(settings.command('set'))
    .description('change settings; every order is evaluated again, so one rule holds for all')
    .argument('<name=value...>', 'as shown by `rosi settings`')
    .addOption(waitFlag())
    .addHelpText(
      'after',
      examples([
        'rosi settings set windows_days.click=14 windows_days.view=0.5',
        'rosi settings set position_based.first=30 position_based.last=50',
      ]),
    )
    .action(async (changes: string[], flags: Waiting) => {
      const { changeSettings } = await loadSettings();
      setExitCode(
        await changeSettings({ api: apiOf(flags), changes, wait: flags.wait !== false, terminal }),
      );
    });
  withInstance(settings.command('reset'))
    .description('go back to the standard settings')
    .addOption(waitFlag())
    .action(async (flags: Waiting) => {
      const { changeSettings } = await loadSettings();
      const wait = flags.wait !== false;
      setExitCode(await changeSettings({ api: apiOf(flags), changes: null, wait, terminal }));
    });
}

function addRebuilding(program: Command, { terminal, env, setExitCode }: ProgramContext): void {
  withInstance(program.command('recompute'))
    .description('evaluate every order again by the settings that count')
    .addOption(waitFlag())
    .addHelpText('after', examples(['rosi recompute']))
    .action(async (flags: Waiting) => {
      const { recompute } = await loadRebuild();
      setExitCode(await recompute({ env, flags, wait: flags.wait !== false, terminal }));
    });
  withInstance(program.command('replay'))
    .description("fill ClickHouse's tables again from the stitcher's state and the event log")
    .addOption(waitFlag())
    .addHelpText(
      'after',
      `${examples(['rosi replay', 'rosi replay --no-wait'])}
The tables are emptied and filled again; while that lasts they hold a part (see rosi status).
Where the product is stopped, or does not start because its database is empty or another's, the
replay is noted in the data folder, and the next start carries it out.`,
    )
    .action(async (flags: Waiting) => {
      const { replay } = await loadRebuild();
      setExitCode(await replay({ env, flags, wait: flags.wait !== false, terminal }));
    });
}

const identifierFlags = [
  ['--user-id <id>', 'the user of your product'],
  ['--customer-id <id>', 'the customer of a shop, as the events name it (shopify:991)'],
  ['--email <address>', 'e-mail address, in clear: it is hashed and not stored'],
  ['--phone <number>', 'telephone number in E.164 (+33612345678)'],
  ['--handle <handle>', 'public name (mastodon:@ada@social.example)'],
  ['--anonymous-id <id>', "a browser's id"],
  ['--click-id <id>', 'the id of a click'],
  ['--order-id <id>', 'an order: the person who made it'],
] as const;

function addPersons(program: Command, { terminal, env, setExitCode }: ProgramContext): void {
  const person = program.command('person').description('erase a person, or show all that is held');
  const withIdentifiers = (command: Command) => {
    for (const [flags, description] of identifierFlags) command.option(flags, description);
    return command;
  };
  withIdentifiers(withInstance(person.command('erase')))
    .description('erase the person; orders stay as books, and totals as they are')
    .option('--yes', 'do not ask')
    .addOption(waitFlag())
    .addHelpText('after', examples(['rosi person erase --email ada@example.org --yes']))
    .action(async (flags: Waiting & PersonFlags & { yes?: boolean }) => {
      const wait = flags.wait !== false;
      const { erasePersons } = await loadPersons();
      setExitCode(await erasePersons({ env, flags, wait, sure: flags.yes === true, terminal }));
    });
  withIdentifiers(withInstance(person.command('export')))
    .description('everything that is held of the person, as JSON')
    .addHelpText('after', examples(['rosi person export --email ada@example.org > ada.json']))
    .action(async (flags: InstanceFlags & PersonFlags) => {
      const { exportPersons } = await loadPersons();
      setExitCode(await exportPersons({ env, flags, terminal }));
    });
}
