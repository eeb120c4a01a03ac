/** `rosi status`: how far the pipeline is, once or until everything is settled. */
import { setTimeout as delay } from 'node:timers/promises';
import { RosiError } from '@rosi/service-kit';
import * as z from 'zod';
import { drawTable } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';
import { type ApiOptions, getJson } from './api.js';

/** What the command reads of the answer; further fields stay for --json. */
const statusSchema = z.looseObject({
  settled: z.boolean(),
  fresh_through: z.string().nullable(),
  stages: z.array(
    z.looseObject({
      name: z.string(),
      last_offset: z.number().nullable(),
      lag: z.number(),
      outcomes: z.record(z.string(), z.number()),
    }),
  ),
});
export type StatusDocument = z.output<typeof statusSchema>;

export interface StatusCommand {
  readonly api: ApiOptions;
  readonly json: boolean;
  /** Null: no waiting. */
  readonly waitMs: number | null;
  readonly terminal: Terminal;
}

const pollMs = 250;

/** The status once everything is settled, or after the time given. */
export async function waitSettled(api: ApiOptions, waitMs: number): Promise<StatusDocument> {
  const until = performance.now() + waitMs;
  let status = await readStatus(api);
  while (!status.settled && performance.now() < until) {
    await delay(pollMs);
    status = await readStatus(api);
  }
  return status;
}

/** Answers the exit code: 1 when it was to wait and nothing settled in time. */
export async function showStatus({ api, json, waitMs, terminal }: StatusCommand): Promise<0 | 1> {
  const status = await waitSettled(api, waitMs ?? 0);
  terminal.out(json ? `${JSON.stringify(status)}\n` : statusText(status));
  if (waitMs === null || status.settled) return 0;
  terminal.err(`rosi: not settled within ${Math.round(waitMs / 1000)} s\n`);
  return 1;
}

export async function readStatus(api: ApiOptions): Promise<StatusDocument> {
  const { status, body } = await getJson(api, '/v1/status');
  const parsed = statusSchema.safeParse(body);
  if (status === 200 && parsed.success) return parsed.data;
  if (status === 404) {
    throw new RosiError(
      'ROSI_USAGE_INVALID',
      `The process at ${api.url} has no collector and tells no status: name one that has with --url.`,
    );
  }
  throw new RosiError(
    'ROSI_LOG_UNAVAILABLE',
    `${api.url} answered ${status} to /v1/status: ${JSON.stringify(body).slice(0, 200)}`,
  );
}

function statusText(status: StatusDocument): string {
  const rows = status.stages.map((stage) => [
    stage.name,
    stage.last_offset ?? '-',
    stage.lag,
    outcomesText(stage.outcomes),
  ]);
  const settled = status.settled
    ? 'Settled: everything accepted is stitched, attributed and in ClickHouse.'
    : `Not settled: work is pending${
        status.fresh_through === null ? '' : `; complete through ${status.fresh_through}`
      }.`;
  const table = drawTable(
    [
      { title: 'stage' },
      { title: 'last offset', align: 'right' },
      { title: 'waiting', align: 'right' },
      { title: 'outcomes' },
    ],
    rows,
  );
  return `${settled}\n\n${table}`;
}

/** By outcome alone; the reasons are in --json. */
function outcomesText(outcomes: Readonly<Record<string, number>>): string {
  const sums = new Map<string, number>();
  for (const [name, count] of Object.entries(outcomes)) {
    const outcome = name.split('.').find((part) => known.has(part)) ?? name;
    sums.set(outcome, (sums.get(outcome) ?? 0) + count);
  }
  return [...sums].map(([outcome, count]) => `${outcome} ${count}`).join(', ');
}

const known = new Set(['ok', 'drop', 'deadLetter', 'redirect']);
