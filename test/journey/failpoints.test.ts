/**
 * The product dies as by kill -9 at each failpoint, while events arrive, and is started again:
 * every table and every acceptance equals the oracle's. The crash after which the loader settles
 * an unknown outcome is followed by a second crash in the midst of settling.
 *
 * One seed: ROSI_SEED=17 npx vitest run test/journey/failpoints.test.ts
 */
import { failpoints } from '@rosi/service-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../generator/index.js';
import { EndedEarly, makeDataDir, runToEnd } from '../harness/product.js';
import { arrivalOf, type Wave } from './random-sets-arrival.js';
import { SetRun } from './random-sets-run.js';

const testMsMax = 180_000;
const passingMax = 3;
const seedStated = Number(process.env['ROSI_SEED'] ?? 0);

/** Passed only when the run before left a batch's outcome unknown. */
const settling: readonly string[] = ['loader.before-mending', 'loader.after-mending'];
/** Passed by clicks of tracked links alone: test/journey/links.test.ts. */
const ofLinks = (name: string) => name.startsWith('links.');
const loading = failpoints.filter((name) => !settling.includes(name) && !ofLinks(name));

type Part = readonly Wave[];

let run: SetRun;
let seed: number;
let parts: readonly Part[];

beforeEach(async ({ task }) => {
  seed = seedStated + failpoints.findIndex((name) => task.name.includes(name));
  const arrival = arrivalOf(seed);
  run = new SetRun(arrival, seed, await makeDataDir());
  parts = run.partsOf(3);
});
afterEach(() => run.remove());

const at = (name: string, passing: number) => ({ ROSI_FAILPOINT: `${name}:${passing}` });

/**
 * Feeds the part into a product that dies at the failpoint, and answers what is left to feed: all of
 * it when the product had work from before, and died before it let anybody in.
 */
async function dieWhileFed(part: Part, name: string, passing: number): Promise<Wave[]> {
  const product = await run.start(at(name, passing)).catch((error: unknown) => {
    if (error instanceof EndedEarly) return error;
    throw error;
  });
  if (product instanceof EndedEarly) {
    expect(product.ended).toMatchObject({ signal: 'SIGKILL' });
    return [...part];
  }
  await run.feedWhile(part, async () => {
    expect(await product.ended).toMatchObject({ signal: 'SIGKILL' });
    return { gone: true };
  });
  return [];
}

function expectExact(): void {
  const problems = run.problems();
  expect(problems, `ROSI_SEED=${seedStated}\n${problems.slice(0, 8).join('\n')}`).toEqual([]);
}

describe('a crash under load', () => {
  it.each(loading)(
    '%s: the tables equal the oracle',
    async (name) => {
      const random = new Random(seed);
      const [first = [], second = [], rest = []] = parts;
      const left = await dieWhileFed(first, name, random.integer(1, passingMax));
      left.push(...(await dieWhileFed(second, name, 1)));
      await run.compare([...left, ...rest]);
      expectExact();
    },
    testMsMax,
  );

  it.each(settling)(
    '%s, after a crash that left an open batch: the tables equal the oracle',
    async (name) => {
      const [first = [], second = [], rest = []] = parts;
      const left: Wave[] = [];
      // One batch went in before its position was noted, the other did not go in.
      for (const [part, before] of [
        [first, 'loader.after-insert'],
        [second, 'loader.after-fix'],
      ] as const) {
        left.push(...(await dieWhileFed(part, before, 2)));
        expect(await runToEnd(run.options(at(name, 1)))).toMatchObject({ signal: 'SIGKILL' });
      }
      await run.compare([...left, ...rest]);
      expectExact();
    },
    testMsMax,
  );
});

describe('a failpoint', () => {
  it.each([
    ['outside of tests', { ROSI_FAILPOINT: 'loader.after-insert', NODE_ENV: 'production' }],
    [
      'without an environment that says so',
      { ROSI_FAILPOINT: 'loader.after-insert', NODE_ENV: '' },
    ],
    ['that is none', { ROSI_FAILPOINT: 'loader.somewhere' }],
    ['without a passing', { ROSI_FAILPOINT: 'loader.after-insert:0' }],
  ])('%s is refused by name, with exit code 2', async (_, env) => {
    const ended = await runToEnd(run.options(env));
    expect(ended).toMatchObject({ code: 2, output: expect.stringContaining('ROSI_FAILPOINT') });
  });
});
