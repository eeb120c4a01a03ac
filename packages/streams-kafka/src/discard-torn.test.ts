/** A copy of state whose file was cut off or overwritten opens empty, and a whole one as it was. */
import {
  copyFileSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalCopy, openLocalState } from './local-state.js';

const dir = mkdtempSync(join(tmpdir(), 'rosi-torn-'));
const TASK = 'state/0';
const ENTRIES = 2000;
afterAll(() => rmSync(dir, { recursive: true }));

beforeAll(async () => {
  const local = openLocalState(join(dir, 'whole'));
  const copy = local.copyOf(TASK);
  for (let round = 0; round < 10; round += 1) {
    const entries = Array.from({ length: ENTRIES / 10 }, (_, n) => ({
      key: Buffer.from(`k${n * 10 + round}`),
      value: Buffer.alloc(200, n),
    }));
    await copy.apply(entries, { changelogOffset: round, savedAtMs: 1 });
  }
  await local.close();
});

/** Opens a copy of the file that something was done to, and reads all of it. */
async function opened(name: string, damage: (file: string) => void): Promise<[unknown, number]> {
  const own = mkdtempSync(join(dir, `${name}-`));
  const file = join(own, 'data.mdb');
  copyFileSync(join(dir, 'whole', 'data.mdb'), file);
  damage(file);
  const local = openLocalState(own);
  const copy = local.copyOf(TASK);
  const found: [unknown, number] = [copy.place(), count(copy)];
  await copy.apply([], { changelogOffset: 11, savedAtMs: 1 });
  await local.close();
  return found;
}

const count = (copy: LocalCopy) => [...copy.range({ prefix: Buffer.from('k') })].length;

test('a whole file is kept', async () => {
  const found = await opened('whole', () => {});
  expect(found).toEqual([{ changelogOffset: 9, savedAtMs: 1 }, ENTRIES]);
});

test.each([0, 100, 4096, 8192, 0.3, 0.9, 0.999])('cut off at %d', async (at) => {
  const cut = (file: string) =>
    truncateSync(file, at < 1 ? Math.floor(statSync(file).size * at) : at);
  expect(await opened('cut', cut)).toEqual([undefined, 0]);
});

test.each([0, 4096])('the head overwritten at %d', async (at) => {
  const zero = (file: string) =>
    void writeSync(openSync(file, 'r+'), Buffer.alloc(4096), 0, 4096, at);
  expect(await opened('head', zero)).toEqual([undefined, 0]);
});
