/**
 * npm run simulate -- --seeds 1000 --from 1 [--partitions 5] [--processes 2] [--verbose]
 *
 * Ends with 0 when every seed gave what the oracle says and every situation came up often enough,
 * with 1 when not, with 2 on wrong use.
 */
import { parseArgs } from 'node:util';
import { regressions } from './regressions.js';
import { missing, required, SEEDS_JUDGED } from './required.js';
import type { SeedResult } from './run-seed.js';
import { runSeeds } from './run-seeds.js';
import { smallest } from './smallest.js';

const PROGRESS_MS = 5_000;
const PROBLEMS_SHOWN = 5;

const help = `Usage: npm run simulate -- [flags]

  --seeds <n>       how many (1000); with one, and --verbose, the smallest set that still fails is sought
  --from <s>        the first seed (1)
  --partitions <n>  instead of what each seed draws from 1, 2, 5 and 12
  --processes <n>   that share the work (2)
  --verbose         tell every seed
  --help            this text

  npm run simulate -- --seeds 20000 --from 100000 --processes 4
  npm run simulate -- --seeds 1 --from 4711 --verbose

docs/simulation.md tells what a seed decides.
`;

interface Choices {
  readonly seeds: number;
  readonly from: number;
  readonly partitions: number | undefined;
  readonly processes: number;
  readonly verbose: boolean;
  readonly help: boolean;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

function readChoices(): Choices {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      partitions: { type: 'string' },
      processes: { type: 'string', default: '2' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const whole = (name: 'seeds' | 'from' | 'partitions' | 'processes', min: number): number => {
    const number = Number(values[name]);
    if (Number.isSafeInteger(number) && number >= min) return number;
    throw new RangeError(`--${name} must be a whole number from ${min}, not "${values[name]}"`);
  };
  return {
    seeds: whole('seeds', 1),
    from: whole('from', 0),
    partitions: values.partitions === undefined ? undefined : whole('partitions', 1),
    processes: whole('processes', 1),
    verbose: values.verbose,
    help: values.help,
  };
}

async function simulateAll(choices: Choices): Promise<boolean> {
  const wanted = Array.from({ length: choices.seeds }, (_, n) => choices.from + n);
  const kept = choices.seeds === 1 ? [] : regressions.map(({ seed }) => seed);
  const seeds = [...new Set([...kept, ...wanted])];
  const seen = new Map<string, number>();
  const failed: SeedResult[] = [];
  const started = performance.now();
  let events = 0;
  let ended = 0;
  let toldAt = started;
  await runSeeds(seeds, choices, (result) => {
    ended += 1;
    events += result.events;
    for (const [name, count] of Object.entries(result.seen)) {
      seen.set(name, (seen.get(name) ?? 0) + count);
    }
    if (choices.verbose) tellSeed(result);
    if (result.problems.length > 0) {
      failed.push(result);
      tellFailure(result, choices);
    }
    if (performance.now() - toldAt < PROGRESS_MS) return;
    toldAt = performance.now();
    say(`${ended} of ${seeds.length} seeds, ${failed.length} failed`);
  });
  const [first] = failed;
  if (first !== undefined && choices.seeds === 1 && choices.verbose) {
    for (const line of await smallest(first)) say(line);
  }
  tellSeen(seen);
  const seconds = (performance.now() - started) / 1_000;
  say(`${ended} seeds, ${events} events, ${seconds.toFixed(1)} s, ${failed.length} failed`);
  const unseen = choices.seeds >= SEEDS_JUDGED ? missing(seen) : [];
  for (const line of unseen) say(line);
  return failed.length === 0 && unseen.length === 0;
}

function tellSeed({ seed, model, partitions, events, seen }: SeedResult): void {
  say(`seed ${seed}: ${model}, ${partitions} partitions, ${events} events`);
  for (const [name, count] of Object.entries(seen).sort()) say(`  ${count} ${name}`);
}

function tellFailure({ seed, model, partitions, problems }: SeedResult, choices: Choices): void {
  say(`seed ${seed} failed (${model}, ${partitions} partitions): ${problems.length} problems`);
  for (const problem of problems.slice(0, PROBLEMS_SHOWN)) say(`  ${problem}`);
  const replay = `--seeds 1 --from ${seed} --partitions ${partitions} --verbose`;
  if (choices.seeds > 1) say(`  again, and the smallest set: npm run simulate -- ${replay}`);
}

function tellSeen(seen: ReadonlyMap<string, number>): void {
  say('Came up:');
  const names = [
    ...required,
    ...[...seen.keys()].filter((name) => !required.includes(name)).sort(),
  ];
  for (const name of names) say(`${String(seen.get(name) ?? 0).padStart(9)}  ${name}`);
}

function readOrEnd(): Choices | null {
  try {
    return readChoices();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}; --help tells all flags\n`);
    return null;
  }
}

const choices = readOrEnd();
if (choices === null) process.exitCode = 2;
else if (choices.help) process.stdout.write(help);
else process.exitCode = (await simulateAll(choices)) ? 0 : 1;
