/** Beginning anything while one of several brokers has just gone. */
import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaOptions } from './connection.js';
import { remedyOf } from './errors.js';

/** The others know within a few seconds who does the work of one that is gone. */
const HANDED_OVER_MS_MAX = 15_000;
const RETRY_MS = 250;

/**
 * Does `work` again, from its beginning, until the others have taken over; what a failed attempt has
 * opened, it has closed. With one broker there is nobody to wait for.
 */
export async function untilHandedOver<T>(
  { brokers }: Pick<KafkaOptions, 'brokers'>,
  work: () => Promise<T>,
  patienceMs = HANDED_OVER_MS_MAX,
): Promise<T> {
  const until = Date.now() + (brokers.length > 1 ? patienceMs : 0);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (remedyOf(error) !== 'reopen' || Date.now() >= until) throw error;
    }
    await delay(RETRY_MS);
  }
}
