/**
 * Sends waves of requests to the product and keeps what each event was answered. Guarantee:
 * what has no answer is handed back to be sent again, and nothing that has one.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { GeneratedEvent } from '../generator/index.js';
import { acceptedOf, type EventsAnswer } from '../harness/answers.js';
import { type Product, secretKey, writeKey } from '../harness/product.js';
import type { Posting, Wave } from './random-sets-arrival.js';

const retryMs = 500;

/** The verdict on an event that was answered, and when it was sent. */
export interface Answered {
  readonly accepted: boolean;
  readonly sentAt: number;
}
/** By the event's index in the arrival. */
export type Answers = Map<number, Answered>;

/** Wave by wave; from the first request without an answer on, the waves that are left. */
export async function postWaves(
  product: Product,
  waves: readonly Wave[],
  answers: Answers,
): Promise<Wave[]> {
  for (const [number, wave] of waves.entries()) {
    const answered = await Promise.all(wave.map((posting) => post(product, posting, answers)));
    const unanswered = wave.filter((_, index) => answered[index] === false);
    if (unanswered.length > 0) return [unanswered, ...waves.slice(number + 1)];
  }
  return [];
}

/**
 * The same to a product on Kafka: what it refuses for now, since Kafka is late to answer, is sent
 * again until it takes it, as clients do.
 */
export async function postUntilTaken(
  product: Product,
  waves: readonly Wave[],
  answers: Answers,
): Promise<void> {
  let left = await postWaves(product, waves, answers);
  while (left.length > 0) {
    await delay(retryMs);
    left = await postWaves(product, left, answers);
  }
}

/** False: no answer, or 503. Throws when the answer is not one of the contract. */
async function post(product: Product, { form, sent }: Posting, answers: Answers): Promise<boolean> {
  const sentAt = Date.now();
  const asker = sent[0]?.event;
  if (asker === undefined) return true;
  const bodies = sent.map(({ event }) => JSON.stringify(event.body));
  const body = form === 'array' ? `[${bodies.join(',')}]` : bodies.join('\n');
  const headers = headersOf(asker, form);
  let answer: EventsAnswer;
  try {
    answer = await product.request('/v1/events', { method: 'POST', headers, body });
  } catch {
    return false;
  }
  if (answer.status === 503) return false;
  const { accepted, rejected } = acceptedOf(answer);
  if (accepted + rejected.length !== sent.length) throw new Error(`counts: ${answer.body}`);
  const refused = new Set(rejected.map(({ index }) => index));
  sent.forEach(({ index }, place) => {
    answers.set(index, { accepted: !refused.has(place), sentAt });
  });
  return true;
}

function headersOf(asker: GeneratedEvent, form: Posting['form']): Record<string, string> {
  return {
    authorization: `Bearer ${asker.keyKind === 'secret' ? secretKey : writeKey}`,
    'content-type': form === 'ndjson' ? 'application/x-ndjson' : 'application/json',
    ...(asker.userAgent === undefined ? {} : { 'user-agent': asker.userAgent }),
    ...(asker.secGpc === true ? { 'sec-gpc': '1' } : {}),
  };
}
