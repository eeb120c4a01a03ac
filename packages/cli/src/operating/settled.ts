/** Waiting until what was asked for has been done. */
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiOptions, getJson } from '../reading/api.js';
import type { Terminal } from '../terminal/terminal.js';

const pollMs = 200;

/** Resolves once everything accepted so far is stitched, attributed and in ClickHouse. */
export async function untilSettled(api: ApiOptions, terminal: Terminal): Promise<void> {
  const drawn = terminal.interactive;
  for (let told = ''; ; ) {
    const { body } = await getJson(api, '/v1/status');
    const { settled, waiting } = read(body);
    if (settled) {
      if (drawn && told !== '') terminal.err('\r\x1b[K');
      return;
    }
    told = `rosi: waiting for ${waiting} records`;
    if (drawn) terminal.err(`\r\x1b[K${told}`);
    await delay(pollMs);
  }
}

function read(body: unknown): { settled: boolean; waiting: number } {
  if (typeof body !== 'object' || body === null || !('settled' in body)) {
    return { settled: false, waiting: 0 };
  }
  const stages = 'stages' in body && Array.isArray(body.stages) ? body.stages : [];
  const waiting = stages.reduce((sum: number, stage: unknown) => sum + lagOf(stage), 0);
  return { settled: body.settled === true, waiting };
}

function lagOf(stage: unknown): number {
  return typeof stage === 'object' && stage !== null && 'lag' in stage ? Number(stage.lag) : 0;
}
