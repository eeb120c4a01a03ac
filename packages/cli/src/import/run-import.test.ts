import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NumberedEvent } from './batches.js';
import type { ImportItem } from './item.js';
import { openProgressFile } from './progress-file.js';
import { emptyTally, reportText } from './report.js';
import { type ImportRun, runImport } from './run-import.js';
import { sendBatch } from './sender.js';
import { openSourceFile } from './source-file.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rosi-import-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function* items(count: number): AsyncIterable<ImportItem> {
  for (let index = 0; index < count; index += 1) {
    yield { kind: 'event', line: index + 1, event: { event_id: `e${index}` } };
    if (index === 0) yield { kind: 'rejected', line: 1, code: 'bad', message: '' };
  }
}

function runOf(deliver: ImportRun['deliver'], count = 5_500): ImportRun {
  return {
    items: items(count),
    deliver,
    progress: openProgressFile(folder, 'f', 'key'),
    bytesRead: () => 0,
    onProgress: () => undefined,
    previewMax: 1,
  };
}

const accept = async (batch: readonly NumberedEvent[]) => ({
  ...emptyTally(),
  sent: batch.length,
  accepted: batch.length,
});

describe('runImport', () => {
  it('sends every event once, in batches, a few at a time', async () => {
    const seen: string[] = [];
    let underWay = 0;
    let most = 0;
    const outcome = await runImport(
      runOf(async (batch) => {
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= 1;
        expect(batch.length).toBeLessThanOrEqual(1_000);
        seen.push(...batch.map(({ event }) => event.event_id));
        return accept(batch);
      }),
    );
    expect(seen).toHaveLength(5_500);
    expect(new Set(seen).size).toBe(5_500);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(4);
    expect(outcome).toMatchObject({ sent: 5_500, accepted: 5_500, rejected: 1 });
  });
  it('goes on where it broke off, with the counts of the whole', async () => {
    let calls = 0;
    const breaking = runOf(async (batch) => {
      calls += 1;
      if (calls === 4) throw new Error('gone');
      return accept(batch);
    });
    await expect(runImport(breaking)).rejects.toThrow('gone');
    let first = '';
    const outcome = await runImport(
      runOf(async (batch) => {
        if (first === '') first = batch[0]?.event.event_id ?? '';
        return accept(batch);
      }),
    );
    expect(first).toBe('e3000');
    expect(outcome).toMatchObject({
      sent: 5_500,
      accepted: 5_500,
      resumedAfter: 3_000,
      rejected: 1,
    });
    expect((await runImport(runOf(accept))).resumedAfter).toBe(0);
  });
});

it('counts the orders that state no identifier', async () => {
  async function* orders(): AsyncIterable<ImportItem> {
    const order = (id: string, identifiers: object): ImportItem => ({
      kind: 'event',
      line: 1,
      event: { event_id: id, type: 'purchase', identifiers },
    });
    yield order('a', {});
    yield order('b', { email: 'ada@example.org' });
    yield { kind: 'event', line: 2, event: { event_id: 'c', type: 'refund' } };
  }
  const outcome = await runImport({ ...runOf(accept), items: orders() });
  expect(outcome).toMatchObject({ sent: 3, ordersOfNobody: 1 });
  const about = { file: 'f.csv', kind: 'orders', dryRun: false, reading: {}, seconds: 0 };
  const text = reportText({ ...about, ...outcome });
  expect(text).toMatch(/without any identifier: 1 .*--map email=/);
  expect(text).toContain('Next: npx rosi status --wait');
  const unsent = { ...about, ...outcome, sent: 0, accepted: 0, rejected: 3 };
  expect(reportText(unsent)).toContain('Nothing was sent. Mend the mapping (--map)');
  const refused = { ...about, ...outcome, accepted: 0, rejected: 3 };
  expect(reportText(refused)).toContain('Nothing was accepted. Mend the rejected lines');
  expect(reportText(refused)).not.toContain('Next:');
  const partly = { ...about, ...outcome, accepted: 2, rejected: 1 };
  expect(reportText(partly)).toMatch(/Mend the rejected lines.*\n.*Next: npx rosi status --wait/);
});

it('says plainly that a file is not there', async () => {
  await expect(openSourceFile('orders.csv', 'auto')).rejects.toThrow(
    `There is no file orders.csv here (${process.cwd()}).`,
  );
});

describe('sendBatch', () => {
  const batch: NumberedEvent[] = [{ line: 9, event: { event_id: 'a' }, json: '{"event_id":"a"}' }];
  const send = (answers: (Response | Error)[], waits: number[] = []) =>
    sendBatch(batch, {
      url: 'http://rosi.example',
      secretKey: 'secret',
      fetch: async () => {
        const answer = answers.shift() ?? new Error('no more');
        if (answer instanceof Error) throw answer;
        return answer;
      },
      wait: async (ms) => void waits.push(ms),
    });
  const accepted = () => Response.json({ accepted: 1, rejected: [] }, { status: 202 });

  it('retries what a retry may help, as long as it is told to wait', async () => {
    const waits: number[] = [];
    const busy = new Response('', { status: 429, headers: { 'retry-after': '3' } });
    const answers = [busy, new Response('', { status: 503 }), new Error('reset'), accepted()];
    expect(await send(answers, waits)).toMatchObject({ accepted: 1 });
    expect(waits).toEqual([3_000, 500, 1_000]);
  });
  it('gives up with a remedy, and at once on a wrong key', async () => {
    await expect(send([])).rejects.toThrow('Run the same command again');
    await expect(send([new Response('', { status: 401 })])).rejects.toThrow('ROSI_SECRET_KEY');
  });
  it('tells rejections by line', async () => {
    const body = { accepted: 0, rejected: [{ index: 0, event_id: 'a', code: 'c', message: 'm' }] };
    expect((await send([Response.json(body, { status: 202 })])).firstRejected).toEqual([
      { line: 9, code: 'c', message: 'm' },
    ]);
  });
});
