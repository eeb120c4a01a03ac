/**
 * kill -9 of the product's own process, of it with its ClickHouse, and of ClickHouse alone, each
 * several times at random moments with lag, in one data folder, while a client feeds and sends again
 * what had no answer: every table and every acceptance equals the oracle's.
 *
 * `npm run soak:kills` does it 20 times each, in four folders. Other seeds: ROSI_SEED=17 or 5-9.
 */
import { expect, it } from 'vitest';
import { killAgainAndAgain, victims } from './kills-run.js';

const [from = 1, to = from] = (process.env['ROSI_SEED'] ?? '1').split('-').map(Number);
const seeds = Array.from({ length: to - from + 1 }, (_, index) => from + index);
const killsEach = 5;
const testMsMax = 300_000;
const shownMax = 8;

it.each(seeds)(
  `${killsEach} kills each of ${victims.join(', ')} lose and double nothing (seed %i)`,
  async (seed) => {
    const { problems, kills, ...report } = await killAgainAndAgain(seed, killsEach);
    console.log(JSON.stringify({ seed, kills, ...report }));
    const again = `ROSI_SEED=${seed} npx vitest run test/journey/kills.test.ts`;
    expect(problems, `again: ${again}\n${problems.slice(0, shownMax).join('\n')}`).toEqual([]);
    expect(kills).toEqual(Object.fromEntries(victims.map((victim) => [victim, killsEach])));
    expect(report.lags[0]).toBeGreaterThan(0);
    // Some kills fell on requests; else the client was never interrupted.
    expect(report.resent).toBeGreaterThan(0);
  },
  testMsMax,
);
