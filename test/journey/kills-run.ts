/**
 * Many kills of one product's processes while a client feeds it: each `kill -9` falls at a random
 * moment at which accepted events are still on their way to ClickHouse. Guarantees: a kill happens
 * only when the product said, right before it, that there was lag; what was not answered is sent
 * again, what was answered never.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { Random } from '../generator/index.js';
import { makeDataDir, type Product } from '../harness/product.js';
import { longArrivalOf, type Wave } from './random-sets-arrival.js';
import { childrenOf, killAll } from './random-sets-ending.js';
import { SetRun } from './random-sets-run.js';

/** What dies: `npm start`'s own process; it and its ClickHouse at once; ClickHouse alone. */
export const victims = ['parent', 'group', 'clickhouse'] as const;
export type Victim = (typeof victims)[number];

export interface KillsReport {
  readonly problems: readonly string[];
  /** By what died. */
  readonly kills: Readonly<Record<Victim, number>>;
  /** Moments at which nothing was under way, so that nothing was killed. */
  readonly tooLate: number;
  /** Kills after which requests had no answer and were sent again. */
  readonly resent: number;
  /** The lag right before each kill, in records, smallest first. */
  readonly lags: readonly number[];
  readonly events: number;
}

const eventsPerKill = 40;
/** Some moments are too late; what is left of the arrival comes after the last kill. */
const eventsSpare = 1.5;
const afterAnswersMsMax = 150;
const comparedEvery = 10;

/** Kills each victim so many times, in an order of the seed's, and compares with the oracle. */
export async function killAgainAndAgain(
  seed: number,
  killsEach: number,
  env: Readonly<Record<string, string>> = {},
): Promise<KillsReport> {
  const killing = new Killing(seed, killsEach, await makeDataDir(), env);
  try {
    return await killing.report();
  } finally {
    await killing.run.remove();
  }
}

class Killing {
  readonly run: SetRun;
  readonly #random: Random;
  readonly #order: readonly Victim[];
  readonly #waves: Wave[];
  readonly #events: number;
  readonly #kills: Record<Victim, number> = { parent: 0, group: 0, clickhouse: 0 };
  readonly #lags: number[] = [];
  #tooLate = 0;
  #resent = 0;

  constructor(
    seed: number,
    killsEach: number,
    dataDir: string,
    env: Readonly<Record<string, string>>,
  ) {
    this.#random = new Random(seed);
    const each = victims.flatMap((victim) => new Array<Victim>(killsEach).fill(victim));
    this.#order = this.#random.shuffled(each);
    const events = this.#order.length * eventsPerKill * eventsSpare;
    const arrival = longArrivalOf(seed, Math.ceil(events));
    this.run = new SetRun(arrival, seed, dataDir, env);
    this.#waves = [...arrival.waves];
    this.#events = arrival.events.length;
  }

  async report(): Promise<KillsReport> {
    for (const [index, victim] of this.#order.entries()) {
      while (!(await this.#strike(victim))) this.#tooLate += 1;
      this.#kills[victim] += 1;
      if (this.run.unanswered > 0) this.#resent += 1;
      if ((index + 1) % comparedEvery === 0) await this.run.compare([]);
    }
    await this.run.compare(this.#waves);
    return {
      problems: this.run.problems(),
      kills: this.#kills,
      tooLate: this.#tooLate,
      resent: this.#resent,
      lags: this.#lags.toSorted((a, b) => a - b),
      events: this.#events,
    };
  }

  /** False: there was no lag at the moment chosen, and nothing was killed. */
  async #strike(victim: Victim): Promise<boolean> {
    const part = this.#takeWaves(eventsPerKill);
    const answersBefore = this.#random.integer(0, eventsOf(part));
    const waitMs = this.#random.chance(0.5) ? 0 : this.#random.integer(0, afterAnswersMsMax);
    const { lag } = await this.run.feedWhile(part, async (product, answered) => {
      const from = answered();
      const deadline = Date.now() + 30_000;
      while (answered() - from < answersBefore && Date.now() < deadline) await wait(1);
      await wait(waitMs);
      const found = await killAtLag(product, victim);
      return { lag: found, gone: found > 0 && victim !== 'clickhouse' };
    });
    if (lag > 0) this.#lags.push(lag);
    return lag > 0;
  }

  #takeWaves(events: number): Wave[] {
    let count = 0;
    let taken = 0;
    for (; count < this.#waves.length && taken < events; count += 1) {
      taken += eventsOf(this.#waves.slice(count, count + 1));
    }
    if (count === 0) throw new Error('the arrival is too short for that many kills');
    return this.#waves.splice(0, count);
  }
}

const eventsOf = (waves: readonly Wave[]) =>
  waves.flat().reduce((sum, { sent }) => sum + sent.length, 0);

/** Kills if anything is under way; answers how much. */
async function killAtLag(product: Product, victim: Victim): Promise<number> {
  const clickhouse = victim === 'clickhouse' ? await runningClickHouse(product) : [];
  const lag = lagOf(await product.status());
  if (lag === 0) return 0;
  if (victim === 'parent') process.kill(product.pid, 'SIGKILL');
  if (victim === 'group') await killAll(product);
  for (const pid of clickhouse) process.kill(pid, 'SIGKILL');
  if (victim !== 'clickhouse') await product.ended;
  return lag;
}

/** Of an earlier kill it may not be up again. */
async function runningClickHouse(product: Product): Promise<number[]> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const ready = (await product.request('/health/ready')).status === 200;
    const children = ready ? childrenOf(product.pid) : [];
    if (children.length > 0) return children;
    await wait(20);
  }
  throw new Error(`ClickHouse did not come up again\n${product.output()}`);
}

/** Records that stitcher and loader have still to handle. */
function lagOf(status: Readonly<Record<string, unknown>>): number {
  // The contract's status: each stage tells its lag.
  const stages = status['stages'] as readonly { readonly lag: number }[];
  return stages.reduce((sum, { lag }) => sum + lag, 0);
}
