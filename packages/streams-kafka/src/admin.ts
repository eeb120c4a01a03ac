/** kafkajs's own client, for what needs no exactness: an administrator's questions, small writes. */
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Admin, type Kafka as Client } from 'kafkajs';
import type { KafkaOptions } from './connection.js';
import { remedyOf } from './errors.js';

const { Kafka } = kafkajs;

/** The others know within a few seconds who does the work of one that is gone. */
const HANDED_OVER_MS_MAX = 15_000;
const RETRY_MS = 250;

export function clientOf({ brokers, clientId, ssl, sasl }: KafkaOptions): Client {
  return new Kafka({
    brokers: [...brokers],
    clientId,
    logLevel: 0,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl: { ...sasl } }),
  });
}

/**
 * Over a connection of its own. Where there are several brokers one of them may just have gone: `work`
 * is done again, from its beginning, until the others have taken over.
 */
export async function withAdmin<T>(
  options: KafkaOptions,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const patienceMs = options.brokers.length > 1 ? HANDED_OVER_MS_MAX : 0;
  const until = Date.now() + patienceMs;
  for (;;) {
    try {
      return await withOneAdmin(options, work);
    } catch (error) {
      if (remedyOf(error) !== 'reopen' || Date.now() >= until) throw error;
    }
    await delay(RETRY_MS);
  }
}

async function withOneAdmin<T>(
  options: KafkaOptions,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = clientOf(options).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
