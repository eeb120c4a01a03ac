/** The commands of `rosi`, their flags and their help. What they do is elsewhere. */
import { text } from 'node:stream/consumers';
import { RosiError } from '@rosi/service-kit';
import { Argument, Command, Option } from 'commander';
import { addBackupCommands } from './backup/flags.js';
import { addCheck } from './check/flags.js';
import { addDemo } from './demo/flags.js';
import { addImportCommands } from './import/flags.js';
import { addKeyCommands } from './keys/flags.js';
import { addLinkCommands } from './links/flags.js';
import { addConnectorCommands } from './operating/connector-flags.js';
import { addOperatingCommands } from './operating/flags.js';
import { addWebhookCommands } from './operating/webhook-flags.js';
import { examples, type ProgramContext, seconds, withInstance } from './program-context.js';
import { clickhouseUrlOf, httpUrlOf, type InstanceFlags, secretKeyOf } from './reading/instance.js';
import type { QueryFormat } from './reading/query.js';
import { readStartConfig } from './start/config.js';
import { allParts, type PartName, partNames } from './start/part-names.js';
import { stopSignal } from './start/signals.js';
import { readVersion } from './version.js';

export function createProgram(context: ProgramContext): Command {
  const program = new Command('rosi')
    .description('What did our posts, influencers, ads and referrals earn? With a receipt.')
    .version(readVersion(), '--version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .showHelpAfterError('(--help shows what it takes)')
    .configureOutput({ writeOut: context.terminal.out, writeErr: context.terminal.err })
    .exitOverride();
  program.addHelpText('after', examples(['rosi start', 'rosi status --wait 60']));
  addStart(program, context);
  addStatus(program, context);
  addExplain(program, context);
  addQuery(program, context);
  addCheck(program, context);
  addBackupCommands(program, context);
  addDemo(program, context);
  addImportCommands(program, context);
  addLinkCommands(program, context);
  addKeyCommands(program, context);
  addOperatingCommands(program, context);
  addWebhookCommands(program, context);
  addConnectorCommands(program, context);
  program.addHelpText(
    'after',
    '\nExit codes: 0 done, 1 a fault (or rejected lines), 2 wrong use or configuration.\n' +
      'Variables are described in docs/cli.md. In a clone write `npx rosi` for `rosi`.',
  );
  return program;
}

function addStart(program: Command, { terminal, env, setExitCode }: ProgramContext): void {
  program
    .command('start')
    .description('run the whole product, or some of its parts, in the foreground; Ctrl-C stops it')
    .addArgument(
      new Argument(
        '[parts...]',
        'the parts of this process; all unless named. Some alone need Kafka and a ClickHouse server',
      ).choices(partNames),
    )
    .addHelpText(
      'after',
      examples([
        'rosi start',
        'ROSI_HTTP_PORT=9000 ROSI_DATA_DIR=/var/lib/rosi rosi start',
        'ROSI_CLICKHOUSE_URL=http://user:password@clickhouse:8123 rosi start',
        'ROSI_KAFKA_BROKERS=kafka:9092 rosi start stitcher   (with the same ROSI_*_KEY everywhere)',
      ]),
    )
    .action(async (named: readonly PartName[]) => {
      const parts = named.length === 0 ? allParts : new Set(named);
      const config = readStartConfig(env, { quiet: terminal.interactive, parts });
      const signal = stopSignal(terminal.err);
      // Loaded here: the other commands need neither the database nor the threads.
      const { runStart } = await import('./start/start.js');
      setExitCode(await runStart({ config, version: readVersion(), terminal, signal }));
    });
}

const waitSecondsStandard = 600;

function addStatus(program: Command, { terminal, env, setExitCode }: ProgramContext): void {
  withInstance(program.command('status'))
    .description('show how far accepted events are: stitched, attributed, in ClickHouse')
    .option('--json', 'the whole answer as JSON')
    .option('--wait [seconds]', 'wait until everything is settled (600)', seconds)
    .addHelpText('after', examples(['rosi status', 'rosi status --wait 60 --json']))
    .action(async (flags: InstanceFlags & { json?: boolean; wait?: number | true }) => {
      const wait = flags.wait === true ? waitSecondsStandard : flags.wait;
      const waitMs = wait === undefined ? null : wait * 1000;
      const api = { url: httpUrlOf(env, flags), secretKey: secretKeyOf(env, flags) };
      const { showStatus } = await import('./reading/status.js');
      setExitCode(await showStatus({ api, json: flags.json === true, waitMs, terminal }));
    });
}

function addExplain(program: Command, { terminal, env, setExitCode }: ProgramContext): void {
  const explain = program
    .command('explain')
    .description('show why an order was credited as it was')
    .addHelpText('after', examples(['rosi explain order 1001']))
    .showHelpAfterError('(as in: rosi explain order 1001; --help shows what it takes)');
  withInstance(explain.command('order'))
    .description("an order's receipt: its touchpoints, credited or refused, and why")
    .argument('<order-id>', 'the order as the shop numbers it')
    .option('--json', 'the whole receipt as JSON')
    .addHelpText('after', examples(['rosi explain order 1001', 'rosi explain order 1001 --json']))
    .action(async (orderId: string, flags: InstanceFlags & { json?: boolean }) => {
      const api = { url: httpUrlOf(env, flags), secretKey: secretKeyOf(env, flags) };
      const { explainOrder } = await import('./reading/explain.js');
      setExitCode(await explainOrder({ api, orderId, json: flags.json === true, terminal }));
    });
}

function addQuery(program: Command, { terminal, env, setExitCode }: ProgramContext): void {
  program
    .command('query')
    .description('run one SQL statement in the database rosi (reading only)')
    .argument('<sql>', 'the statement; - reads it from the standard input')
    .option('--data-dir <folder>', 'data folder of the running product (ROSI_DATA_DIR)')
    .addOption(new Option('--json', 'a JSON object a row').conflicts('csv'))
    .option('--csv', 'CSV with a header')
    .addHelpText(
      'after',
      examples([
        'rosi query "SELECT * FROM revenue_by_post_daily WHERE model = \'linear\'"',
        'rosi query --csv "SELECT * FROM orders_current" > orders.csv',
        'rosi query - < report.sql',
      ]),
    )
    .action(async (words: string, flags: InstanceFlags & { json?: boolean; csv?: boolean }) => {
      const sql = words === '-' ? await text(process.stdin) : words;
      if (sql.trim() === '') {
        throw new RosiError('ROSI_USAGE_INVALID', 'There is no statement to run.');
      }
      const format: QueryFormat =
        flags.csv === true ? 'csv' : flags.json === true ? 'json' : 'table';
      const clickhouseUrl = clickhouseUrlOf(env, flags);
      const { runQuery } = await import('./reading/query.js');
      setExitCode(await runQuery({ clickhouseUrl, sql, format, terminal }));
    });
}
