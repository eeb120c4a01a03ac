/**
 * Brings events into the product as any server does: `POST /v1/events` with a secret key, named
 * `connector:<source>`. Resolves once every event is durable or rejected for good; waits as it is
 * told while the log is busy. What is rejected can't be mended by sending again: it is counted.
 */
import { type Logger, RosiError } from '@rosi/service-kit';
import { backoffMs, defaultBackoff } from './backoff.js';
import type { RawEvent } from './connector.js';
import { retryAfterOf } from './http.js';

export interface SenderOptions {
  /** Of the collector. */
  readonly url: string;
  readonly secretKey: string;
  readonly source: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  now(): number;
  wait(ms: number): Promise<void>;
}

export interface Delivered {
  readonly accepted: number;
  readonly rejected: number;
}

const eventsMax = 500;

export async function deliver(
  events: readonly RawEvent[],
  options: SenderOptions,
): Promise<Delivered> {
  let accepted = 0;
  let rejected = 0;
  for (let from = 0; from < events.length; from += eventsMax) {
    const part = await deliverPart(events.slice(from, from + eventsMax), options);
    accepted += part.accepted;
    rejected += part.rejected;
  }
  return { accepted, rejected };
}

async function deliverPart(
  events: readonly RawEvent[],
  options: SenderOptions,
): Promise<Delivered> {
  for (let failures = 1; ; failures += 1) {
    const answer = await send(events, options);
    if (answer?.status === 202) return delivered(JSON.parse(answer.body), options.logger);
    if (answer !== null && !isPassing(answer.status)) {
      throw new RosiError(
        'ROSI_WORKER_FAULT',
        `The collector answers ${answer.status} to a connector: ${answer.body.slice(0, 200)}`,
      );
    }
    const told = retryAfterOf(answer?.retryAfter ?? null, options.now());
    await options.wait(backoffMs(failures, told, 0, defaultBackoff));
  }
}

const isPassing = (status: number) => status === 429 || status >= 500;

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | null;
}

/** Null: no answer, or half of one; the events may have been taken all the same. */
async function send(events: readonly RawEvent[], options: SenderOptions): Promise<Answer | null> {
  const init = {
    method: 'POST',
    headers: {
      authorization: `Bearer ${options.secretKey}`,
      'content-type': 'application/json',
      'x-rosi-source': `connector:${options.source}`,
    },
    body: JSON.stringify(events),
    signal: options.signal,
  };
  try {
    const response = await fetch(`${options.url}/v1/events`, init);
    const retryAfter = response.headers.get('retry-after');
    return { status: response.status, body: await response.text(), retryAfter };
  } catch (error) {
    options.signal.throwIfAborted();
    options.logger.warn({ error: String(error) }, 'the collector does not answer a connector');
    return null;
  }
}

function delivered(answer: unknown, logger: Logger): Delivered {
  // Our own collector's answer, held by its contract.
  const { accepted, rejected } = answer as { accepted: number; rejected: { code: string }[] };
  if (rejected.length > 0) {
    const codes = [...new Set(rejected.map(({ code }) => code))];
    logger.warn({ codes }, "a connector's events were rejected; docs/connect says why");
  }
  return { accepted, rejected: rejected.length };
}
