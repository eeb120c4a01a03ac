/**
 * Sends batches of events to the running product and retries what a retry may help: rate limits
 * (429), a log that can't take events for the moment (503), a connection that breaks. Repeating is
 * harmless: event ids are the same.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { RosiError } from '@rosi/service-kit';
import * as z from 'zod';
import { reasonOf, refused } from '../reading/api.js';
import type { NumberedEvent } from './batches.js';
import { countRejected, emptyTally, type Tally } from './report.js';
import { rejectionText } from './too-precise.js';

export interface SenderOptions {
  readonly url: string;
  readonly secretKey: string;
  readonly fetch?: typeof fetch;
  readonly wait?: (ms: number) => Promise<unknown>;
}

const attemptsMax = 12;
const backOffMs = 250;
const backOffMsMax = 10_000;
const timeoutMs = 60_000;

const answerSchema = z.object({
  accepted: z.number().int(),
  rejected: z.array(z.object({ index: z.number().int(), code: z.string(), message: z.string() })),
});

/** Resolves with the batch's counts once it is durable; throws a RosiError when that fails. */
export async function sendBatch(
  batch: readonly NumberedEvent[],
  options: SenderOptions,
): Promise<Tally> {
  const body = `${batch.map(({ json }) => json).join('\n')}\n`;
  let trouble = '';
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const outcome = await post(body, options);
    if (outcome.kind === 'answer') return tallyOf(batch, outcome.text);
    trouble = outcome.trouble;
    const waitMs = outcome.waitMs ?? Math.min(backOffMs * 2 ** attempt, backOffMsMax);
    await (options.wait ?? delay)(waitMs);
  }
  throw new RosiError(
    'ROSI_LOG_UNAVAILABLE',
    `${options.url} does not take events (${trouble}). Run the same command again once it does: ` +
      'it goes on where this one ended.',
  );
}

type Outcome =
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'again'; readonly trouble: string; readonly waitMs: number | null };

async function post(body: string, options: SenderOptions): Promise<Outcome> {
  let response: Response;
  let text: string;
  try {
    response = await (options.fetch ?? fetch)(`${options.url}/v1/events`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${options.secretKey}`,
        'content-type': 'application/x-ndjson',
        'x-rosi-source': 'import',
      },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await response.text();
  } catch (error) {
    return { kind: 'again', trouble: reasonOf(error), waitMs: null };
  }
  if (response.status === 202) return { kind: 'answer', text };
  if (response.status === 429 || response.status >= 500) {
    const seconds = Number(response.headers.get('retry-after') ?? 'NaN');
    const waitMs = Number.isFinite(seconds) ? Math.min(seconds * 1000, backOffMsMax) : null;
    return { kind: 'again', trouble: `status ${response.status}`, waitMs };
  }
  if (response.status === 401 || response.status === 403) throw refused(options.url);
  throw new RosiError(
    'ROSI_START_FAILED',
    `${options.url} answered ${response.status} to events: ${text.slice(0, 300)}`,
  );
}

function tallyOf(batch: readonly NumberedEvent[], text: string): Tally {
  const answer = answerSchema.parse(JSON.parse(text));
  const tally = { ...emptyTally(), sent: batch.length, accepted: answer.accepted };
  for (const { index, code, message } of answer.rejected) {
    const sent = batch[index];
    const told = sent === undefined ? message : rejectionText(code, message, sent.event);
    countRejected(tally, { line: sent?.line ?? 0, code, message: told });
  }
  return tally;
}
