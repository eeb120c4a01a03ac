import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ChangedState } from './changed-state.js';
import { openStore } from './environment.js';
import { openStateEnvironment, writeDocument } from './state-store.js';
import { openStateToMove } from './state-to-move.js';
import { createTaskState, taskPrefix } from './task-state.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rosi-move-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** As a stop amid a backlog leaves it: part of the changes in the tree, the others in the log alone. */
async function leaveState(queued: number): Promise<void> {
  const { environment, state: tree, meta } = openStateEnvironment(dir, { create: true });
  const changes = openStore(environment, 'changes', { create: true });
  const changed = new ChangedState(tree, changes);
  const tasks = [0, 1].map((partition) => createTaskState(changed, taskPrefix(0, partition)));
  const commit = (work: () => void) =>
    environment.transactionSync(() => {
      work();
      changed.persist();
    });
  commit(() => {
    for (const task of tasks) {
      task.put(Buffer.from('goes'), Buffer.from('old'));
      task.put(Buffer.from('stays'), Buffer.from('old'));
    }
    changed.workIn(4);
  });
  commit(() => {
    tasks[0]?.delete(Buffer.from('goes'));
    tasks[1]?.put(Buffer.from('stays'), Buffer.from('new'));
    tasks[1]?.put(Buffer.from('comes'), Buffer.from('new'));
  });
  environment.transactionSync(() => {
    const processors = [{ name: 'one', stateVersion: 1 }];
    const identity = { uuid: 'state', inputUuid: 'log', partitions: 2, processors };
    writeDocument(meta, 'identity', identity);
    writeDocument(meta, 'progress', { positions: [], isAlone: false, queued, oldestQueued: null });
  });
  await environment.close();
}

test('what stands beside the tree goes along', async () => {
  await leaveState(0);
  for (let time = 0; time < 2; time += 1) {
    const state = await openStateToMove({ dir });
    const entries = [...(state.processors[0]?.entries() ?? [])].map(([key, value]) => [
      key.toString(),
      value.toString(),
    ]);
    await state.close();
    expect(entries).toEqual([
      ['stays', 'old'],
      ['comes', 'new'],
      ['goes', 'old'],
      ['stays', 'new'],
    ]);
  }
});

test('a state with work left is refused', async () => {
  await leaveState(1);
  await expect(openStateToMove({ dir })).rejects.toThrow('not at rest');
});
