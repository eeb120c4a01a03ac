/**
 * kill -9 of the product's own process, of it with its ClickHouse, and of ClickHouse alone, each
 * several times at random moments with lag, in one data folder, while a client feeds and sends again
 * what had no answer: every table and every acceptance equals the oracle's.
 *
 * `npm run soak:kills` does it 20 times each; another seed: ROSI_SEED=17, other counts: ROSI_KILLS=50.
 */
import { expect, it } from 'vitest';
import { killAgainAndAgain, victims } from './kills-run.js';

const seed = Number(process.env['ROSI_SEED'] ?? 1);
const killsEach = Number(process.env['ROSI_KILLS'] ?? 5);
const msPerKillMax = 20_000;
const shownMax = 8;

it(
  `${killsEach} kills each of ${victims.join(', ')} (seed ${seed}) lose and double nothing`,
  async () => {
    const { problems, kills, ...report } = await killAgainAndAgain(seed, killsEach);
    console.log(JSON.stringify({ seed, kills, ...report }));
    const again = `ROSI_SEED=${seed} ROSI_KILLS=${killsEach} npx vitest run test/journey/kills.test.ts`;
    expect(problems, `again: ${again}\n${problems.slice(0, shownMax).join('\n')}`).toEqual([]);
    expect(kills).toEqual(Object.fromEntries(victims.map((victim) => [victim, killsEach])));
    expect(report.lags[0]).toBeGreaterThan(0);
    // Some kills fell on requests; else the client was never interrupted.
    expect(report.resent).toBeGreaterThan(0);
  },
  60_000 + killsEach * victims.length * msPerKillMax,
);
