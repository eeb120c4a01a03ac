/** Killing processes at any instant. They run the built package: `npm run build` comes first. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Topic } from '@rosi/events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEventLog, openState } from './index.js';

interface Note {
  readonly key: string;
  readonly n: number;
  readonly seen?: number;
}
const topicOf = (name: string): Topic<Note> => ({
  name,
  keyOf: ({ key }) => key,
  codec: {
    encode: (value) => Buffer.from(JSON.stringify(value)),
    decode: (bytes) => JSON.parse(bytes.toString()),
  },
});
const input = topicOf('input');
const output = topicOf('output');
const limits = { recordsMax: 1_000_000, bytesMax: 1e9 };

let dir: string;
let children: ChildProcess[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rosi-crash-'));
});
afterEach(async () => {
  for (const child of children) await kill(child);
  children = [];
  rmSync(dir, { recursive: true });
});

/** Starts a fixture; calls back with each line that it prints. */
function start(fixture: string, onLine: (line: string) => void): ChildProcess {
  const path = fileURLToPath(new URL(`../fixtures/${fixture}.mjs`, import.meta.url));
  const child = spawn(process.execPath, [path, dir], { stdio: ['pipe', 'pipe', 'inherit'] });
  createInterface({ input: child.stdout! }).on('line', onLine);
  children.push(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(2);
}

test('a runtime killed again and again handles every record exactly once', async () => {
  const log = await openEventLog({ dir: join(dir, 'events'), partitions: 2 });
  const total = 4000;
  let sent = 0;
  for (let round = 0; round < 6; round += 1) {
    let commits = 0;
    const child = start('runtime-process', () => {
      commits += 1;
    });
    const notes = Array.from({ length: total / 8 }, () => {
      sent += 1;
      return { value: { key: `k${sent % 11}`, n: sent }, timestamp: sent };
    });
    await log.append(input, notes);
    await until(() => commits > round * 3 || child.exitCode !== null);
    expect(child.exitCode).toBeNull();
    await kill(child);
  }
  const state = await openState({ dir: join(dir, 'state') });
  const last = start('runtime-process', () => {});
  const end = (topic: Topic<Note>, of: { endOffset(t: string, p: number): number }) =>
    of.endOffset(topic.name, 0) + of.endOffset(topic.name, 1);
  await until(() => end(output, state) >= sent || last.exitCode !== null);
  await kill(last);
  const notes = [0, 1].flatMap((partition) =>
    state.read(output.name, partition, 0, limits).map(({ value }) => output.codec.decode(value)),
  );
  expect(notes.map(({ n }) => n).sort((a, b) => a - b)).toEqual(
    Array.from({ length: sent }, (_, index) => index + 1),
  );
  for (let k = 0; k < 11; k += 1) {
    const seen = notes.filter(({ key }) => key === `k${k}`).map((note) => note.seen);
    expect(seen).toEqual(seen.map((_, index) => index + 1));
  }
  const counted = state.outcomes().map(({ processor, count }) => [processor, count]);
  expect(counted).toEqual([
    ['numbering', sent],
    ['recording', sent],
  ]);
  expect(state.progress()).toMatchObject({ queued: 0, oldestQueued: null });
  await state.close();
  await log.close();
});

test('what a killed producer was told is in the log, and calls are whole', async () => {
  let acknowledged = -1;
  for (let round = 0; round < 4; round += 1) {
    let lines = 0;
    const child = start('producer-process', (line) => {
      lines += 1;
      acknowledged = Math.max(acknowledged, Number(line));
    });
    await until(() => lines > 40 * (round + 1) || child.exitCode !== null);
    expect(child.exitCode).toBeNull();
    await kill(child);
  }
  const log = await openEventLog({ dir: join(dir, 'events'), readOnly: true });
  const records = log.read(input.name, 0, 0, limits);
  const numbers = records.map(({ value }) => input.codec.decode(value).n);
  expect(numbers.length).toBeGreaterThan(acknowledged);
  expect(numbers).toEqual(numbers.map((_, index) => index));
  expect(records.map(({ offset }) => offset)).toEqual(numbers);
  const { call, size } = JSON.parse(records.at(-1)?.value.toString() ?? '');
  expect(numbers.at(-1)).toBe(call + size - 1);
  await log.close();
});
