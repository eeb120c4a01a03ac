/**
 * One arrival through the running product, compared with the oracle on the way and at the end,
 * with ends of the product in between. Guarantees: whatever was answered 202 is never sent again,
 * whatever was not answered is; the folder and all processes are gone afterwards.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { Random } from '../generator/index.js';
import { makeDataDir, type Product, removeDataDir, startProduct } from '../harness/product.js';
import type { Arrival, Wave } from './random-sets-arrival.js';
import { compared } from './random-sets-comparison.js';
import { type Ending, end, killAll } from './random-sets-ending.js';
import { type Answers, postWaves } from './random-sets-posting.js';

/**
 * What is done with a part of the arrival: sent and compared; or sent until the product ends and
 * is started again, `inFlight`: while the last wave is on its way, else while the pipeline is at
 * work on what has just come.
 */
export type Step = 'compare' | { readonly ending: Ending; readonly inFlight: boolean };

/** What is wrong with the product, readably; empty when it agrees with the oracle all the way. */
export async function problemsOf(
  arrival: Arrival,
  seed: number,
  steps: readonly Step[],
  env: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const run = new SetRun(arrival, seed, await makeDataDir(), env);
  try {
    await run.start();
    for (const [number, part] of run.partsOf(steps.length).entries()) {
      await run.play(steps[number] ?? 'compare', part);
    }
    return run.problems();
  } finally {
    await run.remove();
  }
}

const inFlightMsMax = 2;
const atWorkMsMax = 400;

/** One arrival, the product that takes it (once started), and what was answered so far. */
export class SetRun {
  readonly #arrival: Arrival;
  readonly #random: Random;
  readonly #dataDir: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #answers: Answers = new Map();
  readonly #problems: string[] = [];
  #product: Product | null = null;
  #unanswered: Wave[] = [];

  /** `env`: of every start. */
  constructor(
    arrival: Arrival,
    seed: number,
    dataDir: string,
    env: Readonly<Record<string, string>> = {},
  ) {
    this.#arrival = arrival;
    this.#random = new Random(seed);
    this.#dataDir = dataDir;
    this.#env = env;
  }

  async start(env: Readonly<Record<string, string>> = {}): Promise<Product> {
    this.#product = await startProduct(this.options(env));
    return this.#product;
  }

  /** What the product is started with, for starts that are to end by themselves. */
  options(env: Readonly<Record<string, string>> = {}) {
    const { hashKey, ownDomains, timezone } = this.#arrival.settings;
    return {
      dataDir: this.#dataDir,
      env: {
        ROSI_HASH_KEY: hashKey,
        ROSI_OWN_DOMAINS: ownDomains.join(', '),
        ROSI_TIMEZONE: timezone,
        ...this.#env,
        ...env,
      },
    };
  }

  /** Consecutive parts, cut at random places; empty ones only when there are too few waves. */
  partsOf(count: number): Wave[][] {
    const { waves } = this.#arrival;
    const size = waves.length / count;
    const inner = Array.from({ length: count - 1 }, (_, index) =>
      Math.ceil((index + 0.5 + this.#random.fraction()) * size),
    );
    const cuts = [0, ...inner, waves.length];
    return inner.concat(waves.length).map((to, index) => waves.slice(cuts[index], to));
  }

  async play(step: Step, part: readonly Wave[]): Promise<void> {
    if (step === 'compare') return this.compare(part);
    const product = this.#product ?? (await this.start());
    const waves = [...this.#unanswered, ...part];
    const left = await this.#postAll(product, waves.slice(0, -1));
    const sending = postWaves(product, waves.slice(-1), this.#answers);
    await wait(this.#random.integer(0, step.inFlight ? inFlightMsMax : atWorkMsMax));
    this.#problems.push(...(await end(product, step.ending)));
    this.#product = null;
    this.#unanswered = [...left, ...(await sending)];
  }

  /** Sends a part, started anew where need be, and compares everything answered so far. */
  async compare(part: readonly Wave[]): Promise<void> {
    const product = this.#product ?? (await this.start());
    this.#unanswered = await this.#postAll(product, [...this.#unanswered, ...part]);
    this.#problems.push(...(await compared(product, this.#arrival, this.#answers)));
  }

  /**
   * Sends a part while something happens to the product; what had no answer goes along with the
   * next part. `happens` is given how many events were answered, and tells whether the product is gone.
   */
  async feedWhile<T extends { readonly gone: boolean }>(
    part: readonly Wave[],
    happens: (product: Product, answered: () => number) => Promise<T>,
  ): Promise<T> {
    const product = this.#product ?? (await this.start());
    const feeding = postWaves(product, [...this.#unanswered, ...part], this.#answers);
    const outcome = await happens(product, () => this.#answers.size);
    if (outcome.gone) this.#product = null;
    this.#unanswered = await feeding;
    return outcome;
  }

  /** Requests that wait to be sent again. */
  get unanswered(): number {
    return this.#unanswered.reduce((sum, wave) => sum + wave.length, 0);
  }

  /** For a product that nobody ends: everything must be answered. */
  async #postAll(product: Product, waves: readonly Wave[]): Promise<Wave[]> {
    const left = await postWaves(product, waves, this.#answers);
    if (left.length > 0) this.#problems.push(`requests without an answer\n${product.output()}`);
    return left;
  }

  problems(): string[] {
    const never = this.#arrival.events.length - this.#answers.size;
    return never === 0
      ? this.#problems
      : [...this.#problems, `${never} events were never answered`];
  }

  async remove(): Promise<void> {
    // All of it: a ClickHouse that ends by itself would write into the folder once more.
    if (this.#product !== null) await killAll(this.#product);
    await removeDataDir(this.#dataDir);
  }
}
