/** The flags of `rosi demo`. */
import { RosiError } from '@rosi/service-kit';
import { type Command, InvalidArgumentError } from 'commander';
import { examples, type ProgramContext, withInstance } from '../program-context.js';
import {
  clickhouseUrlOf,
  httpUrlOf,
  type InstanceFlags,
  secretKeyOf,
} from '../reading/instance.js';
import { stopSignal } from '../start/signals.js';
import { dayMs } from './shop.js';

interface DemoFlags extends InstanceFlags {
  readonly live?: boolean;
  readonly seed: number;
  readonly orders?: number;
  readonly rate?: number;
  readonly until?: string;
}

const ordersStandard = 2_000;
const ordersMax = 1_000_000;
const rateStandard = 30;
const rateMax = 6_000;

export function addDemo(program: Command, { terminal, env, setExitCode }: ProgramContext): void {
  withInstance(program.command('demo'))
    .description('send a made-up shop, of which is known what really caused its orders')
    .option('--live', 'order by order, until Ctrl-C, instead of a year at once')
    .option('--seed <number>', 'another seed is another shop', whole(0, 2 ** 31 - 1), 1)
    .option(
      '--orders <count>',
      `how many (${ordersStandard}; live: without end)`,
      whole(1, ordersMax),
    )
    .option('--rate <orders>', `orders a minute, live (${rateStandard})`, whole(1, rateMax))
    .option('--until <day>', 'last day of the year, 2026-12-31 (today)')
    .addHelpText(
      'after',
      `${examples([
        'rosi demo',
        'rosi demo --orders 20000 --seed 7',
        'rosi demo --live --rate 120',
      ])}
The same seed gives the same events with the same ids, so a second run changes nothing. Begin with
an empty ROSI_DATA_DIR: what was sent can't be told from a shop of yours.`,
    )
    .action(async (flags: DemoFlags) => {
      if (flags.rate !== undefined && flags.live !== true) {
        throw new RosiError('ROSI_USAGE_INVALID', '--rate is of --live: a year comes at once.');
      }
      const { runDemo } = await import('./demo.js');
      setExitCode(
        await runDemo({
          api: { url: httpUrlOf(env, flags), secretKey: secretKeyOf(env, flags) },
          clickhouseUrl: flags.url === undefined ? clickhouseUrlOf(env, flags) : null,
          seed: flags.seed,
          orders: flags.orders ?? (flags.live === true ? null : ordersStandard),
          ordersPerMinute: flags.live === true ? (flags.rate ?? rateStandard) : null,
          until: untilOf(flags.until),
          terminal,
          signal: stopSignal(terminal.err),
        }),
      );
    });
}

/** The end of the last day, which may not lie ahead. */
function untilOf(day: string | undefined): number {
  if (day === undefined) return Date.now();
  const begin = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(begin) || begin > Date.now()) {
    throw new RosiError(
      'ROSI_USAGE_INVALID',
      `--until ${day} is not a day of the past; write it as 2026-12-31.`,
    );
  }
  return Math.min(begin + dayMs, Date.now());
}

const whole = (min: number, max: number) => (text: string) => {
  if (/^\d{1,10}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
  throw new InvalidArgumentError(`It takes a whole number from ${min} to ${max}.`);
};
