/** The commands under `rosi import`, each with the flags that mean something to it. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { examples, type ProgramContext, withInstance } from '../program-context.js';
import type { ImportFlags } from './command.js';
import { dateOrders } from './date-orders.js';
import type { ImportKind } from './plans.js';
import { encodings } from './text-encoding.js';

export function addImportCommands(program: Command, context: ProgramContext): void {
  const group = program
    .command('import')
    .description('send the past: events, access logs, orders, refunds, spend, touchpoints')
    .addHelpText(
      'after',
      '\nThe same file twice changes nothing, and an interrupted import goes on where it ended.\n' +
        'Files may be gzipped. See docs/import.md.',
    );
  addEvents(group, context);
  addAccessLog(group, context);
  addOrders(group, context);
  addRefunds(group, context);
  addSpend(group, context);
  addTouchpoints(group, context);
}

function addEvents(group: Command, context: ProgramContext): void {
  importCommand(group, context, 'events', '<file.ndjson>')
    .description('events in the form of POST /v1/events, one JSON object a line')
    .addHelpText('after', examples(['rosi import events history.ndjson']));
}

function addAccessLog(group: Command, context: ProgramContext): void {
  importCommand(group, context, 'access-log', '<file>')
    .description("page views of a web server's log in Apache's combined format")
    .requiredOption('--site <origin>', 'the site, https://shop.example')
    .addHelpText(
      'after',
      examples([
        'rosi import access-log access.log --site https://shop.example --dry-run',
        'rosi import access-log access.log.gz --site https://shop.example',
      ]),
    );
}

function addOrders(group: Command, context: ProgramContext): void {
  const command = importCommand(group, context, 'orders', '<file.csv>').description(
    "orders of a CSV file: Shopify's and WooCommerce's exports, or any with --map",
  );
  moneyFlags(timeFlags(tableFlags(command)))
    .option('--shop <name>', 'put before customer ids: shopify makes shopify:991 of 991')
    .option('--order-prefix <text>', 'put before order ids, where several shops feed one workspace')
    .option('--include-unpaid', 'also orders that are pending, failed, voided or cancelled')
    .addHelpText(
      'after',
      examples([
        'rosi import orders orders_export.csv --dry-run',
        'rosi import orders orders.csv --timezone Europe/Paris --currency EUR --decimal ,',
        'rosi import orders sales.csv --map order_id=No,occurred_at=Day,total=Sum --timezone UTC',
      ]),
    );
}

function addRefunds(group: Command, context: ProgramContext): void {
  const command = importCommand(group, context, 'refunds', '<file.csv>').description(
    'refunds of a CSV file, a row each',
  );
  moneyFlags(timeFlags(tableFlags(command)))
    .option('--order-prefix <text>', 'as the orders were imported with')
    .addHelpText('after', examples(['rosi import refunds refunds.csv --timezone UTC']));
}

function addSpend(group: Command, context: ProgramContext): void {
  const command = importCommand(group, context, 'spend', '<file.csv>').description(
    'spend by day on posts, influencers, campaigns or platforms',
  );
  moneyFlags(tableFlags(command))
    .addOption(datesOption())
    .addHelpText(
      'after',
      examples(['rosi import spend ads.csv --map platform==instagram,amount="Amount spent"']),
    );
}

function addTouchpoints(group: Command, context: ProgramContext): void {
  const command = importCommand(group, context, 'touchpoints', '<file.csv>').description(
    'visits, clicks, views or interactions that another tool has recorded',
  );
  timeFlags(tableFlags(command))
    .option('--shop <name>', 'put before customer ids, as the orders were imported with')
    .option('--site <origin>', 'put before urls that are paths alone')
    .addHelpText(
      'after',
      examples([
        'rosi import touchpoints sessions.csv --timezone UTC --dry-run',
        'rosi import touchpoints clicks.csv --map type==click,occurred_at=ts,anonymous_id=visitor',
      ]),
    );
}

function importCommand(
  group: Command,
  { terminal, env, setExitCode }: ProgramContext,
  kind: ImportKind,
  argument: string,
): Command {
  return withInstance(group.command(kind))
    .argument(argument)
    .option('--dry-run', 'send nothing: show the first events, and what would be rejected')
    .option('--preview <count>', 'events that a dry run shows (5)', count)
    .option('--json', 'the report as JSON')
    .option('--allow-rejected', 'exit with 0 although lines were rejected')
    .option('--no-resume', 'begin anew after an interruption')
    .addOption(new Option('--encoding <name>', 'recognised unless named (auto)').choices(encodings))
    .action(async (path: string, flags: ImportFlags) => {
      // Loaded here, as by all commands: each needs little of what the others do.
      const { importFile } = await import('./command.js');
      setExitCode(await importFile({ kind, path, flags, env, terminal }));
    });
}

function tableFlags(command: Command): Command {
  return command
    .option('--map <field=Column,…>', 'columns by name; {A}-{B} joins, ==text is a constant', more)
    .option('--blank <texts>', 'cells that mean nothing, separated by commas')
    .option('--separator <mark>', 'between cells: , ; | or tab (recognised)', separator);
}

function timeFlags(command: Command): Command {
  return command
    .option('--timezone <name>', 'of times that state no zone, Europe/Paris for example')
    .addOption(datesOption());
}

function datesOption(): Option {
  const text = 'iso (2026-12-31), dmy (31/12/2026), mdy (12/31/2026), unix (seconds); iso';
  return new Option('--dates <order>', text).choices(dateOrders);
}

function moneyFlags(command: Command): Command {
  return command
    .option('--currency <code>', 'of rows that state none, EUR for example')
    .addOption(new Option('--decimal <mark>', 'decimal mark (.)').choices(['.', ',']));
}

const more = (text: string, before: readonly string[] | undefined) => [...(before ?? []), text];

const previewMax = 1_000;

function count(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= previewMax) return Number(text);
  throw new InvalidArgumentError(`It takes a number from 0 to ${previewMax}.`);
}

function separator(text: string): string {
  if (text.length === 1 || text === 'tab' || text === '\\t') return text;
  throw new InvalidArgumentError('It takes one character, or tab.');
}
