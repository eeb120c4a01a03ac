/** kafkajs's own client, for what needs no exactness: an administrator's questions, small writes. */
import kafkajs, { type Admin, type Kafka as Client } from 'kafkajs';
import type { KafkaOptions } from './connection.js';

const { Kafka } = kafkajs;

export function clientOf({ brokers, clientId, ssl, sasl }: KafkaOptions): Client {
  return new Kafka({
    brokers: [...brokers],
    clientId,
    logLevel: 0,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl: { ...sasl } }),
  });
}

/** Over a connection of its own. */
export async function withAdmin<T>(
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
