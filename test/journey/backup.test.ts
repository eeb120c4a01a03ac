/**
 * The drill of docs/operations.md: back up while events arrive, lose everything, restore into a new
 * folder, send everything again, and the tables equal the oracle's and pass `rosi check`.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommandAnswer, runCommand } from '../harness/command.js';
import { type Product, startProduct } from '../harness/product.js';
import { type Arrival, arrivalOf } from './random-sets-arrival.js';
import { compared } from './random-sets-comparison.js';
import { killAll } from './random-sets-ending.js';
import { type Answers, postWaves } from './random-sets-posting.js';
import { booksOf, expectedBooks, postAll, weekEvents } from './shop-week.js';

const drillMsMax = 240_000;
let folder: string;
let running: Product | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rosi-drill-'));
});
afterEach(async () => {
  if (running !== null) await killAll(running);
  running = null;
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Keys are made and kept, so that the backup has to bring them. */
const ownKeys = { ROSI_SECRET_KEY: undefined, ROSI_WRITE_KEY: undefined, ROSI_HASH_KEY: undefined };

async function start(name: string, env: Record<string, string | undefined> = {}): Promise<Product> {
  const dataDir = join(folder, name);
  mkdirSync(dataDir, { recursive: true });
  running = await startProduct({ dataDir, env });
  return running;
}
async function lose(product: Product): Promise<void> {
  await killAll(product);
  running = null;
  rmSync(product.dataDir, { recursive: true, maxRetries: 5 });
}
const backUp = (name: string) => runCommand(join(folder, name), ['backup', join(folder, 'backup')]);
const restore = (name: string) =>
  runCommand(join(folder, name), ['restore', join(folder, 'backup')]);
function done({ code, stderr }: CommandAnswer): void {
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
}

/** The settings that the set was made for. */
function envOf({ settings }: Arrival) {
  return {
    ROSI_HASH_KEY: settings.hashKey,
    ROSI_OWN_DOMAINS: settings.ownDomains.join(', '),
    ROSI_TIMEZONE: settings.timezone,
  };
}

describe('the drill', () => {
  it.each([[21], [22]])(
    'seed %i: backed up while events arrive, killed, restored elsewhere, all sent again',
    async (seed) => {
      const arrival = arrivalOf(seed);
      const env = envOf(arrival);
      const half = Math.ceil(arrival.waves.length / 2);
      const first = await start('data', env);
      expect(await postWaves(first, arrival.waves.slice(0, half), new Map())).toEqual([]);
      const [left, backedUp] = await Promise.all([
        postWaves(first, arrival.waves.slice(half), new Map()),
        backUp('data'),
      ]);
      expect(left).toEqual([]);
      done(backedUp);
      await lose(first);

      done(await restore('restored'));
      const second = await start('restored', env);
      const answers: Answers = new Map();
      expect(await postWaves(second, arrival.waves, answers)).toEqual([]);
      expect(await compared(second, arrival, answers)).toEqual([]);
      const checked = await runCommand(second.dataDir, ['check'], env);
      expect(checked.stdout).toContain('nothing is off');
    },
    drillMsMax,
  );

  it(
    'under load: the loader is far behind, and goes on loading, while tables are copied',
    async () => {
      const first = await start('data');
      await postAll(first, weekEvents(0, 1_500));
      const [, backedUp] = await Promise.all([
        postAll(first, weekEvents(1_500, 2_500)),
        backUp('data'),
      ]);
      done(backedUp);
      await lose(first);
      done(await restore('restored'));
      const second = await start('restored');
      await second.settle();
      expect((await runCommand(second.dataDir, ['check'])).stdout).toContain('nothing is off');
      await postAll(second, weekEvents(0, 2_600));
      await second.settle();
      expect(await booksOf(second)).toEqual(expectedBooks(2_600));
      expect((await runCommand(second.dataDir, ['check'])).stdout).toContain('nothing is off');
    },
    drillMsMax,
  );

  it(
    'of a stopped instance: everything is there again, and keys stay private',
    async () => {
      const first = await start('data', { ...ownKeys });
      await first.stop();
      const again = await start('data', {});
      await postAll(again, weekEvents(0, 30));
      await again.settle();
      await again.stop();
      running = null;
      done(await backUp('data'));
      done(await restore('restored'));
      const [keys, kept] = ['data', 'restored'].map((name) => join(folder, name, 'keys.json'));
      expect(readFileSync(kept!, 'utf8')).toBe(readFileSync(keys!, 'utf8'));
      for (const path of [kept!, join(folder, 'backup', 'keys.json')]) {
        expect(statSync(path).mode & 0o777).toBe(0o600);
      }
      expect(statSync(join(folder, 'backup')).mode & 0o777).toBe(0o700);
      rmSync(join(folder, 'data'), { recursive: true });
      const second = await start('restored');
      await second.settle();
      expect(await booksOf(second)).toEqual(expectedBooks(30));
    },
    drillMsMax,
  );
});

describe('refusals', () => {
  /** A backup of a small instance, and a copy of it to damage. */
  async function backup(): Promise<void> {
    const product = await start('data');
    await postAll(product, weekEvents(0, 5));
    await product.settle();
    await product.stop();
    running = null;
    done(await backUp('data'));
  }
  const refused = async (text: string) => {
    const { code, stderr } = await restore('restored');
    expect(stderr).toContain(text);
    expect(code).toBe(2);
    expect(stderr).not.toMatch(/^\s+at /m);
    const left = existsSync(join(folder, 'restored')) ? readdirSync(join(folder, 'restored')) : [];
    expect(left.filter((name) => name !== 'lock')).toEqual([]);
  };

  it(
    'a damaged backup is refused and the damage named; a folder with data is never gone over',
    async () => {
      await backup();
      const good = join(folder, 'good');
      const path = (name: string) => join(folder, 'backup', name);
      cpSync(join(folder, 'backup'), good, { recursive: true });
      const repair = (name: string) => copyFileSync(join(good, name), path(name));

      const bytes = readFileSync(path('state/data.mdb'));
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      writeFileSync(path('state/data.mdb'), bytes);
      await refused('state/data.mdb has changed');
      repair('state/data.mdb');

      truncateSync(path('tables/events.native'), 10);
      await refused('tables/events.native has 10 bytes');
      rmSync(path('tables/events.native'));
      await refused('tables/events.native is missing');
      repair('tables/events.native');

      writeFileSync(path('keys.json2'), '');
      await refused('keys.json2 is not of this backup');
      rmSync(path('keys.json2'));

      const manifest = readFileSync(path('manifest.json'), 'utf8');
      writeFileSync(path('manifest.json'), manifest.replace('CREATE TABLE', 'CREATE TABLF'));
      await refused('manifest.json is damaged');
      writeFileSync(path('manifest.json'), manifest.slice(0, -20));
      await refused('manifest.json is damaged');
      rmSync(path('manifest.json'));
      await refused('it has no manifest.json');
      repair('manifest.json');

      const over = await runCommand(join(folder, 'data'), ['restore', join(folder, 'backup')]);
      expect(over.code).toBe(2);
      expect(over.stderr).toContain('is not empty');
      done(await restore('restored'));
    },
    drillMsMax,
  );

  it('wrong use: a target that is there, and nothing to back up', async () => {
    mkdirSync(join(folder, 'backup'));
    mkdirSync(join(folder, 'data', 'events'), { recursive: true });
    const nothing = await backUp('data');
    expect(nothing).toMatchObject({ code: 2, stderr: expect.stringContaining('ROSI_DATA_DIR') });
    writeFileSync(join(folder, 'data', 'events', 'data.mdb'), '');
    const there = await backUp('data');
    expect(there).toMatchObject({ code: 2, stderr: expect.stringContaining('is there already') });
  });
});
