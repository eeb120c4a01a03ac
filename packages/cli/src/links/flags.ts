/** The flags of `rosi link`. */
import type { Command } from 'commander';
import { examples, type ProgramContext, withInstance } from '../program-context.js';
import { httpUrlOf, type InstanceFlags, secretKeyOf } from '../reading/instance.js';

/** Loaded by the commands that need them. */
const loadLinks = () => import('./links.js');

interface AddFlags extends InstanceFlags {
  readonly id?: string;
  readonly post?: string;
  readonly influencer?: string;
  readonly campaign?: string;
  readonly program?: string;
}

export function addLinkCommands(program: Command, context: ProgramContext): void {
  const link = program
    .command('link')
    .description('tracked links: short addresses whose clicks are credited to whom they are given')
    .addHelpText(
      'after',
      examples(['rosi link add https://shop.example/shoes --influencer ada', 'rosi link list']),
    );
  addMaking(link, context);
  addReading(link, context);
}

function addMaking(link: Command, context: ProgramContext): void {
  const { setExitCode } = context;
  withInstance(link.command('add'))
    .description('make a link, or give the one of that id a new destination; prints its address')
    .argument('<url>', 'where it leads, https://…')
    .option('--id <id>', 'last part of its address; made when it is not given')
    .option('--post <post_id>', 'the post that carries it')
    .option('--influencer <influencer_id>', 'who is credited')
    .option('--campaign <campaign_id>', 'the campaign that is credited')
    .option('--program <program_id>', 'the programme that it belongs to')
    .addHelpText(
      'after',
      examples([
        'rosi link add https://shop.example/shoes --influencer ada --post p-1',
        'rosi link add "https://shop.example/?utm_source=mastodon" --id spring',
      ]),
    )
    .action(async (url: string, flags: AddFlags) => {
      const { id, post, influencer, campaign, program } = flags;
      const { addLink, statedLink } = await loadLinks();
      const stated = statedLink({
        link_id: id,
        url,
        post_id: post,
        influencer_id: influencer,
        campaign_id: campaign,
        program_id: program,
      });
      setExitCode(await addLink(commandOf(context, flags), stated));
    });
  withInstance(link.command('import'))
    .description('make the links of a CSV file; prints them with their addresses, as CSV')
    .argument('<file>', 'columns: url; link_id, post_id, influencer_id, campaign_id, program_id')
    .option('--qr <folder>', 'write the QR code of each into this folder, as <link_id>.svg')
    .addHelpText(
      'after',
      examples(['rosi link import links.csv > made.csv', 'rosi link import links.csv --qr codes']),
    )
    .action(async (file: string, flags: InstanceFlags & { qr?: string }) => {
      const { importLinks } = await loadLinks();
      const from = { file, qrFolder: flags.qr ?? null };
      setExitCode(await importLinks(commandOf(context, flags), from));
    });
}

function addReading(link: Command, context: ProgramContext): void {
  const { setExitCode } = context;
  withInstance(link.command('list'))
    .description('the links with their addresses')
    .option('--json', 'a JSON object a line')
    .addHelpText('after', examples(['rosi link list', 'rosi link list --json']))
    .action(async (flags: InstanceFlags & { json?: boolean }) => {
      const { showLinks } = await loadLinks();
      setExitCode(await showLinks({ ...commandOf(context, flags), json: flags.json === true }));
    });
  withInstance(link.command('qr'))
    .description("a link's address as QR code, in SVG")
    .argument('<link-id>', 'as listed')
    .option('--output <file>', 'write it there; else it is printed')
    .addHelpText(
      'after',
      examples(['rosi link qr spring > spring.svg', 'rosi link qr spring --output spring.svg']),
    )
    .action(async (linkId: string, flags: InstanceFlags & { output?: string }) => {
      const { showCode } = await loadLinks();
      const shown = { linkId, file: flags.output ?? null };
      setExitCode(await showCode(commandOf(context, flags), shown));
    });
}

function commandOf({ terminal, env }: ProgramContext, flags: InstanceFlags) {
  return {
    api: { url: httpUrlOf(env, flags), secretKey: secretKeyOf(env, flags) },
    terminal,
  };
}
