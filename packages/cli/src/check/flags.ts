/** `rosi check`: its flags and help. */
import { type Command, InvalidArgumentError } from 'commander';
import { examples, type ProgramContext, seconds, withInstance } from '../program-context.js';
import {
  clickhouseUrlOf,
  dataDirOf,
  httpUrlOf,
  type InstanceFlags,
  secretKeyOf,
  suppressionKeyOf,
} from '../reading/instance.js';
import { readKafkaCluster } from '../start/kafka-config.js';

const waitSecondsStandard = 60;
const findingsStandard = 10;
const findingsLimit = 1_000;

interface CheckFlags extends InstanceFlags {
  readonly json?: boolean;
  readonly wait: number;
  readonly limit: number;
}

export function addCheck(program: Command, { terminal, env, setExitCode }: ProgramContext): void {
  withInstance(program.command('check'))
    .description('hold the laws against the data: every table, sum and position; changes nothing')
    .option('--json', 'the whole report as JSON')
    .option('--wait <seconds>', 'wait until everything is settled', seconds, waitSecondsStandard)
    .option('--limit <rows>', 'rows that each check names', rows, findingsStandard)
    .addHelpText('after', examples(['rosi check', 'rosi check --wait 600 --json']))
    .action(async (flags: CheckFlags) => {
      const { runCheck } = await import('./check.js');
      const exitCode = await runCheck({
        api: { url: httpUrlOf(env, flags), secretKey: secretKeyOf(env, flags) },
        clickhouseUrl: clickhouseUrlOf(env, flags),
        dataDir: flags.url === undefined ? dataDirOf(env, flags) : null,
        kafka: readKafkaCluster(env),
        suppressionKey: flags.url === undefined ? suppressionKeyOf(env, flags) : '',
        waitMs: flags.wait * 1000,
        findingsMax: flags.limit,
        json: flags.json === true,
        terminal,
      });
      setExitCode(exitCode);
    });
}

function rows(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= findingsLimit) return value;
  throw new InvalidArgumentError(`It takes a whole number from 1 to ${findingsLimit}.`);
}
