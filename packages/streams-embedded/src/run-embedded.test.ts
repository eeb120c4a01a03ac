import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Topology } from '@rosi/streams';
import { note, noteTopic, numbering, topologyOf } from '@rosi/streams/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEnvironment, openStore } from './environment.js';
import {
  type EmbeddedOptions,
  type EventLog,
  openEventLog,
  openState,
  runEmbedded,
} from './index.js';

const input = noteTopic('contract.input');
const output = noteTopic('contract.output');
const limits = { recordsMax: 1000, bytesMax: 1e6 };

let dir: string;
let log: EventLog;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'rosi-run-'));
  log = await openEventLog({ dir: join(dir, 'events') });
});
afterEach(async () => {
  await log.close();
  rmSync(dir, { recursive: true });
});

// The contract's numbering processor, on topics of the same names.
const declaration = numbering();
const topology: Topology = topologyOf(declaration);
const [ownInput] = declaration.inputs as readonly (typeof input)[];

const options = (more: Partial<EmbeddedOptions> = {}): EmbeddedOptions => ({
  topology,
  dir: join(dir, 'state'),
  input: log,
  partitions: 1,
  onFault: (error) => {
    throw error;
  },
  ...more,
});
const send = (...numbers: number[]) =>
  log.append(
    ownInput ?? input,
    numbers.map((n) => note('k', n)),
  );
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(2);
}

test('refuses state that is not of this log, build or number of partitions', async () => {
  await (await runEmbedded(options())).stop();
  const other = await openEventLog({ dir: join(dir, 'other') });
  await expect(runEmbedded(options({ input: other }))).rejects.toMatchObject({
    code: 'ROSI_STATE_OF_ANOTHER_LOG',
  });
  await other.close();
  const newer = topologyOf({ ...declaration, stateVersion: 2 });
  await expect(runEmbedded(options({ topology: newer }))).rejects.toMatchObject({
    code: 'ROSI_STATE_VERSION',
  });
  await expect(runEmbedded(options({ partitions: 2 }))).rejects.toMatchObject({
    code: 'ROSI_PARTITIONS_CHANGED',
  });
  const fine = await runEmbedded(options());
  await fine.stop();
});

test('refuses a log that is older than the state', async () => {
  await send(1);
  const runtime = await runEmbedded(options());
  await until(() => runtime.outcomes().length > 0);
  await runtime.stop();
  const older = { ...log, endOffset: () => 0 };
  await expect(runEmbedded(options({ input: older }))).rejects.toMatchObject({
    code: 'ROSI_STATE_OF_ANOTHER_LOG',
    message: expect.stringContaining('older copy'),
  });
});

test('a processor added later gets state of its own', async () => {
  await send(1, 2);
  const first = await runEmbedded(options());
  await until(() => first.outcomes()[0]?.count === 2);
  await first.stop();
  const added = topologyOf({ ...declaration, name: 'added', outputs: declaration.outputs });
  const both = topologyOf(...added.processors, declaration);
  await send(3);
  const second = await runEmbedded(options({ topology: both }));
  await until(() => second.outcomes().length === 2);
  await second.stop();
  const state = await openState({ dir: join(dir, 'state') });
  const texts = state
    .read(output.name, 0, 2, limits)
    .map(({ value }) => output.codec.decode(value).text);
  expect(texts.sort()).toEqual(['1', '3']);
  await state.close();
});

test('a fault stops the runtime, once, and can be stopped again', async () => {
  const faults: string[] = [];
  const failing = topologyOf({
    ...declaration,
    create: () => ({
      process() {
        throw new Error('broken');
      },
      endBatch() {},
    }),
  });
  await send(1);
  const runtime = await runEmbedded(
    options({ topology: failing, onFault: ({ message }) => faults.push(message) }),
  );
  await until(() => faults.length > 0);
  await runtime.stop();
  expect(faults).toEqual(['broken']);
  const state = await openState({ dir: join(dir, 'state') });
  expect(state.progress().positions).toEqual([]);
  await state.close();
});

test('behind a backlog changes wait beside the tree, and are there after a restart', async () => {
  const count = 200;
  await send(...Array.from({ length: count }, (_, index) => index));
  let cycles = 0;
  const faults: string[] = [];
  const first = await runEmbedded(
    options({
      batchRecordsMax: 10,
      budget: { records: 20 },
      beforeCommit() {
        cycles += 1;
        if (cycles === 3) throw new Error('stopped');
      },
      onFault: ({ message }) => faults.push(message),
    }),
  );
  await until(() => faults.length > 0);
  await first.stop();
  const environment = openEnvironment(join(dir, 'state'));
  const countOf = (name: string) => openStore(environment, name, { create: false }).getCount();
  expect([countOf('state'), countOf('changes')]).toEqual([0, 2]);
  await environment.close();

  const second = await runEmbedded(options());
  const state = await openState({ dir: join(dir, 'state') });
  await until(() => state.endOffset(output.name, 0) === count);
  await second.stop();
  const notes = state
    .read(output.name, 0, 0, limits)
    .map(({ value }) => output.codec.decode(value));
  expect(notes.map(({ text }) => text)).toEqual(notes.map((_, index) => String(index + 1)));
  await state.close();
});

test('retention of the ledger waits for its consumers', async () => {
  let consumed = 0;
  await send(1, 2, 3);
  const runtime = await runEmbedded(
    options({
      ledgerRetention: { bytes: 1 },
      ledgerConsumed: () => () => consumed,
      cutEveryMs: 1,
    }),
  );
  const state = await openState({ dir: join(dir, 'state') });
  await until(() => state.endOffset(output.name, 0) === 3);
  await delay(30);
  expect(state.firstOffset(output.name, 0)).toBe(0);
  consumed = 2;
  await until(() => state.firstOffset(output.name, 0) === 2);
  consumed = 3;
  await until(() => state.firstOffset(output.name, 0) === 3);
  await send(4);
  await until(() => state.endOffset(output.name, 0) === 4);
  await runtime.stop();
  await state.close();
});

test('there is nothing to read before there is, also when only the folder was made', async () => {
  const bare = openEnvironment(join(dir, 'bare'));
  await expect(openState({ dir: join(dir, 'bare') })).rejects.toMatchObject({
    code: 'ROSI_STATE_MISSING',
  });
  await expect(openEventLog({ dir: join(dir, 'bare'), readOnly: true })).rejects.toMatchObject({
    code: 'ROSI_LOG_MISSING',
  });
  await bare.close();
  await expect(openState({ dir: join(dir, 'none') })).rejects.toMatchObject({
    code: 'ROSI_STATE_MISSING',
    retryable: true,
  });
});
