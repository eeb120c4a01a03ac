/**
 * `npm run bench`: each benchmark checks its result, then times it, measures its rival or ceiling
 * in the same run, and prints a ratio. docs/benchmarks.md tells what the figures mean.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { attribution } from './attribution.mjs';
import { collector } from './collector.mjs';
import { edge, edgeParts } from './edge.mjs';
import { kafka } from './kafka.mjs';
import { kafkaRestore } from './kafka-restore.mjs';
import { largePerson } from './large-person.mjs';
import { memory } from './memory.mjs';
import { queries } from './queries.mjs';
import { replay } from './replay.mjs';
import { settled } from './settled.mjs';
import { stitcher } from './stitcher.mjs';
import { visible, visibleKafka } from './visible.mjs';

const benchmarks = [
  attribution,
  collector,
  stitcher,
  largePerson,
  visible,
  replay,
  settled,
  memory,
  queries,
  edge,
  kafka,
  kafkaRestore,
  visibleKafka,
];
const names = benchmarks.map(({ name }) => name);

const help = `Usage: npm run bench -- [flags]

  --only <name>   one of ${names.join(', ')}; may be repeated
  --events <n>    events, where a benchmark takes them (settled: ${settled.defaultEvents} by default)
  --credits <n>   credit rows of queries (default ${queries.defaultCredits}; also measured at a tenth)
  --database <folder>  queries keeps what it fills there, and does not fill it again
  --part <name>   of edge: one of ${edgeParts.join(', ')}; may be repeated
  --profile       also record V8 CPU profiles and print the functions that take the time;
                  the figures are then some per cent lower
  --json          print the figures as one JSON document
  --help          this text
`;

class WrongUse extends Error {}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', multiple: true, default: [] },
        events: { type: 'string' },
        credits: { type: 'string' },
        database: { type: 'string' },
        part: { type: 'string', multiple: true, default: [] },
        profile: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new WrongUse(error.message);
  }
}

function expectKnown(flag, stated, known) {
  const unknown = stated.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new WrongUse(`--${flag} ${unknown}: it takes ${known.join(', ')}.`);
  }
}

function chosen(only) {
  expectKnown('only', only, names);
  return benchmarks.filter(({ name }) => only.length === 0 || only.includes(name));
}

function countOf(flag, text, least) {
  if (text === undefined) return null;
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= least) return count;
  throw new WrongUse(`--${flag} ${text}: it takes a whole number from ${least} on.`);
}

async function main() {
  const flags = readArguments();
  if (flags.help) return console.log(help);
  const events = countOf('events', flags.events, 2_000);
  const credits = countOf('credits', flags.credits, 100_000) ?? queries.defaultCredits;
  const benchmarksToRun = chosen(flags.only);
  expectKnown('part', flags.part, edgeParts);
  const machine = {
    node: process.version,
    cores: cpus().length,
    processor: cpus()[0]?.model ?? '',
    loadBefore: loadavg()[0],
  };
  const say = flags.json ? () => undefined : console.log;
  say(
    `Node ${machine.node}, ${machine.cores} cores (${machine.processor}), load before the start ` +
      `${machine.loadBefore.toFixed(1)}; figures of a machine that does other things are lower`,
  );
  const results = {};
  for (const benchmark of benchmarksToRun) {
    say(`\n${benchmark.name}: ${benchmark.title}`);
    const { figures, lines, profile } = await benchmark.run({
      events: events ?? benchmark.defaultEvents,
      credits,
      database: flags.database ?? null,
      part: flags.part,
      profile: flags.profile,
      say,
    });
    results[benchmark.name] = { ...figures, ...(profile ? { profile } : {}) };
    say(lines.join('\n'));
    if (profile) say(profile);
  }
  if (flags.json) console.log(JSON.stringify({ machine, results }, null, 2));
}

main().catch((error) => {
  if (error instanceof WrongUse) console.error(`${error.message} --help shows all flags.`);
  else console.error(error);
  process.exitCode = error instanceof WrongUse ? 2 : 1;
});
