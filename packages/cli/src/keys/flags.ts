/** The flags of `rosi key` and `rosi audit`. */
import { type Command, InvalidArgumentError } from 'commander';
import { examples, type ProgramContext, withInstance } from '../program-context.js';
import { dataDirOf, httpUrlOf, type InstanceFlags, secretKeyOf } from '../reading/instance.js';

/** Loaded by the commands that need them. */
const loadKeys = () => import('./keys.js');

export function addKeyCommands(program: Command, context: ProgramContext): void {
  const key = program
    .command('key')
    .description('keys of the running product: add, revoke, restrict to sites, without a restart')
    .addHelpText('after', examples(['rosi key list', 'rosi key add write --name shop']));
  addMaking(key, context);
  addChanging(key, context);
  addAudit(program, context);
}

function addMaking(key: Command, context: ProgramContext): void {
  const { terminal, setExitCode } = context;
  withInstance(key.command('list'))
    .description('all keys, revoked ones too; never the keys themselves')
    .option('--json', 'a JSON object a line')
    .addHelpText('after', examples(['rosi key list', 'rosi key list --json']))
    .action(async (flags: InstanceFlags & { json?: boolean }) => {
      const { listKeys } = await loadKeys();
      const api = apiOf(context, flags);
      setExitCode(await listKeys({ api, terminal, json: flags.json === true }));
    });
  withInstance(key.command('add'))
    .description('make a key and show it this once; it is good at once, beside the others')
    .argument('<kind>', 'write (for pages) or secret (for servers)', kindOf)
    .option('--name <name>', 'what you call it')
    .option('--origin <origin...>', 'sites that may use a write key; none: any')
    .addHelpText(
      'after',
      examples([
        'rosi key add secret --name "order export"',
        'rosi key add write --name shop --origin https://shop.example "https://*.shop.example"',
      ]),
    )
    .action(async (kind: string, flags: InstanceFlags & { name?: string; origin?: string[] }) => {
      const { addKey } = await loadKeys();
      const added = { kind, name: flags.name ?? '', origins: flags.origin ?? null };
      setExitCode(await addKey({ api: apiOf(context, flags), terminal }, added));
    });
}

function addChanging(key: Command, context: ProgramContext): void {
  const { terminal, setExitCode } = context;
  withInstance(key.command('revoke'))
    .description('refuse a key from now on; sessions that began with it end')
    .argument('<id>', 'as listed')
    .addHelpText('after', examples(['rosi key revoke k_0123456789ab']))
    .action(async (id: string, flags: InstanceFlags) => {
      const { revokeKey } = await loadKeys();
      setExitCode(await revokeKey({ api: apiOf(context, flags), terminal }, id));
    });
  withInstance(key.command('origins'))
    .description('the sites that may use a write key; none stated: any')
    .argument('<id>', 'as listed')
    .argument('[origin...]', 'https://shop.example, or https://*.shop.example for all below it')
    .addHelpText('after', examples(['rosi key origins first-write https://shop.example']))
    .action(async (id: string, origins: string[], flags: InstanceFlags) => {
      const { changeOrigins } = await loadKeys();
      const changed = { id, origins: origins.length === 0 ? null : origins };
      setExitCode(await changeOrigins({ api: apiOf(context, flags), terminal }, changed));
    });
}

const auditLinesStandard = 100;

function addAudit(program: Command, { terminal, env }: ProgramContext): void {
  program
    .command('audit')
    .description('who did what, when: settings, keys, persons, links, webhooks')
    .option('--data-dir <folder>', 'data folder of the product (ROSI_DATA_DIR)')
    .option('--json', 'a JSON object a line')
    .option('--limit <lines>', 'the newest so many', count, auditLinesStandard)
    .addHelpText('after', examples(['rosi audit', 'rosi audit --json --limit 1000']))
    .action(async (flags: InstanceFlags & { json?: boolean; limit: number }) => {
      const { showAudit } = await loadKeys();
      const shown = { json: flags.json === true, limit: flags.limit };
      showAudit({ dataDir: dataDirOf(env, flags), terminal }, shown);
    });
}

function apiOf({ env }: ProgramContext, flags: InstanceFlags) {
  return { url: httpUrlOf(env, flags), secretKey: secretKeyOf(env, flags) };
}

function kindOf(text: string): string {
  if (text === 'write' || text === 'secret') return text;
  throw new InvalidArgumentError('It is write or secret.');
}

function count(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It takes a whole number of 1 or more.');
}
