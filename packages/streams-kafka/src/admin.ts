/** kafkajs's own client, for what needs no exactness: an administrator's questions, small writes. */
import kafkajs, { type Admin, type Kafka as Client } from 'kafkajs';
import type { KafkaOptions } from './connection.js';
import { untilHandedOver } from './handed-over.js';

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

/** Over a connection of its own; with several brokers more than once, when one of them has just gone. */
export function withAdmin<T>(
  options: KafkaOptions,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  return untilHandedOver(options, async () => {
    const admin = clientOf(options).admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  });
}
