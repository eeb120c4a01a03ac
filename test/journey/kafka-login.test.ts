/**
 * The product on brokers that ask who comes; and what somebody reads whose brokers refuse: who they
 * are, what they may, how many copies they want, how long they may be silent.
 */
import { orSkipped, startLocalBroker } from '@rosi/streams-kafka/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { makeDataDir, removeDataDir, runToEnd, startProduct } from '../harness/product.js';
import { killAll } from './random-sets-ending.js';
import { booksOf, expectedBooks, postAll, weekEvents } from './shop-week.js';

const testMsMax = 300_000;
const buyers = 10;
const all = { username: 'rosi', password: 'kafka-password' };
const none = { username: 'stranger', password: 'other-password' };

const broker = await orSkipped(() =>
  startLocalBroker({
    logins: { all, none },
    // Kafka's own default, which the brokers of other tests have lower.
    settings: { 'group.min.session.timeout.ms': '6000' },
  }),
);
afterAll(() => broker?.close());

const environment = (prefix: string, { username, password }: typeof all) => ({
  ROSI_KAFKA_BROKERS: broker?.address,
  ROSI_KAFKA_PREFIX: prefix,
  ROSI_KAFKA_PARTITIONS: '1',
  ROSI_KAFKA_SASL_MECHANISM: 'plain',
  ROSI_KAFKA_SASL_USERNAME: username,
  ROSI_KAFKA_SASL_PASSWORD: password,
});

async function endOf(env: Readonly<Record<string, string | undefined>>, parts?: string[]) {
  const dataDir = await makeDataDir();
  try {
    const whole = { ...env, ROSI_SUPPRESSION_KEY: 'pk_login_suppression_0123456789' };
    return await runToEnd({ dataDir, env: whole, ...(parts === undefined ? {} : { parts }) });
  } finally {
    await removeDataDir(dataDir);
  }
}

describe.skipIf(broker === null)('brokers that ask who comes', () => {
  it(
    'let in whom they know, stitcher and loader too',
    async () => {
      const dataDir = await makeDataDir();
      const product = await startProduct({ dataDir, env: environment('known.', all) });
      try {
        await postAll(product, weekEvents(0, buyers));
        await product.settle();
        expect(await booksOf(product)).toEqual(expectedBooks(buyers));
        const { code, output } = await product.stop();
        expect(code, output).toBe(0);
      } finally {
        await killAll(product);
        await removeDataDir(dataDir);
      }
    },
    testMsMax,
  );
  const refused = [
    ['a wrong password', { ...all, password: 'wrong' }, {}, 'ROSI_KAFKA_SASL_PASSWORD'],
    ['another mechanism', all, { ROSI_KAFKA_SASL_MECHANISM: 'scram-sha-256' }, 'MECHANISM'],
    ['somebody without rights', none, {}, 'Rights on Kafka'],
    ['more copies than brokers', all, { ROSI_KAFKA_REPLICAS: '3' }, 'ROSI_KAFKA_REPLICAS'],
  ] as const;
  it.each(refused)(
    'refuse %s, and the message names what to set',
    async (name, login, own, told) => {
      const prefix = `refused-${refused.findIndex(([one]) => one === name)}.`;
      const ended = await endOf({ ...environment(prefix, login), ...own });
      expect(ended.output).toContain(told);
      expect(ended).toMatchObject({ code: 2 });
    },
    testMsMax,
  );
  it(
    'end a stitcher that may be silent for a shorter time than they allow',
    async () => {
      const env = { ...environment('silent.', all), ROSI_KAFKA_SESSION_MS: '1000' };
      const ended = await endOf(env, ['stitcher']);
      expect(ended.output).toContain('ROSI_KAFKA_SESSION_MS');
      expect(ended).toMatchObject({ code: 1 });
    },
    testMsMax,
  );
});
