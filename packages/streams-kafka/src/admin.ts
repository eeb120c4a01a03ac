/** Questions that only an administrator's client answers, each over a connection of its own. */
import kafkajs, { type Admin } from 'kafkajs';
import type { KafkaOptions } from './connection.js';

const { Kafka } = kafkajs;

export async function withAdmin<T>(
  { brokers, clientId, ssl, sasl }: KafkaOptions,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = new Kafka({
    brokers: [...brokers],
    clientId,
    logLevel: 0,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
  }).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
