/** One produce request that is answered when all replicas in step have the records. */
import { encodeProduce, type ProduceRequest } from './encode-produce.js';
import { type Broker, type ProduceAnswer, produceResponse } from './kafkajs-internals.js';

const PRODUCE = 0;
const VERSION = 7;

/** Throws kafkajs's errors: of the connection, or the first that the broker tells of a partition. */
export async function produceRecords(
  broker: Broker,
  produced: ProduceRequest,
): Promise<ProduceAnswer> {
  const body = encodeProduce(produced);
  const request = {
    ...{ apiKey: PRODUCE, apiVersion: VERSION, apiName: 'Produce' },
    // What kafkajs takes for one of its encoders.
    encode: async () => ({ buf: body, buffer: body }),
  };
  try {
    // The answer is what kafkajs's own decoder of this version makes of it.
    const answer = await broker.connectionPool.send({ request, response: produceResponse });
    return answer as ProduceAnswer;
  } catch (error) {
    // As kafkajs does it: only a new connection helps.
    if (error instanceof Error && error.name === 'KafkaJSConnectionClosedError') {
      await broker.disconnect();
    }
    throw error;
  }
}
