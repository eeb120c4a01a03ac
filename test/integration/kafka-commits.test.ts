/**
 * What can happen to the request that ends a transaction: its answer is lost, it is delayed, it comes
 * when somebody else has the task, its sender dies or is stopped meanwhile. A proxy in front of the
 * broker does it, and the ledger is the oracle's.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  END_TRANSACTION,
  freePort,
  orSkipped,
  type ProxiedRequest,
  startKafkaProxy,
  startLocalBroker,
} from '@rosi/streams-kafka/testing';
import { afterAll, expect, test } from 'vitest';
import type { KafkaInstance } from '../harness/kafka-instances.js';
import { heldAgainstOracle, SESSION_MS } from './kafka-held.js';

/** Long enough for the task to be somebody else's by then. */
const LATE_MS = 2 * SESSION_MS;
const BETWEEN_FAULTS_MS = 200;
/** Whoever is there first keeps the tasks that write orders; the other gets what is left. */
const FIRST_MS = 2000;

type OnRequest = (request: ProxiedRequest) => Promise<void> | void;
let onEndTransaction: OnRequest = () => {};

const stand = await orSkipped(async () => {
  const [port, target] = [await freePort(), await freePort()];
  const broker = await startLocalBroker({ secondDoor: { port: target, advertised: port } });
  const proxy = await startKafkaProxy({
    ...{ port, target },
    onRequest: (request) =>
      request.apiKey === END_TRANSACTION ? onEndTransaction(request) : undefined,
  });
  return { broker, proxy, address: `127.0.0.1:${port}` };
});
afterAll(async () => {
  await stand?.proxy.close();
  await stand?.broker.close();
});

/** Does it to one request; the next is let alone until that has ended. */
type Fault = (request: ProxiedRequest, faulty: KafkaInstance) => Promise<void> | void;

const cutOff: Fault = (request) => {
  request.dropAnswer();
  void request.answered.then(request.cut);
};

const cases: readonly { readonly name: string; readonly faults: readonly Fault[] }[] = [
  {
    name: 'the answer is lost',
    faults: [cutOff, cutOff, cutOff, (request) => request.dropAnswer()],
  },
  {
    name: 'the request is late',
    faults: [
      () => delay(LATE_MS),
      async (_, faulty) => {
        faulty.send('SIGSTOP');
        await delay(LATE_MS);
        setTimeout(() => faulty.send('SIGCONT'), SESSION_MS);
      },
    ],
  },
  {
    name: 'its sender dies',
    faults: [
      async (_, faulty) => {
        await faulty.kill();
        setTimeout(() => faulty.start(), LATE_MS + SESSION_MS);
        await delay(LATE_MS);
      },
      (request, faulty) => {
        void request.answered.then(async () => {
          await faulty.kill();
          faulty.start();
        });
        faulty.send('SIGKILL');
      },
    ],
  },
];

test.skipIf(stand === null).each(cases)(
  'a transaction’s end: $name',
  { timeout: 240_000 },
  async ({ name, faults }) => {
    const { broker, address } = stand ?? { broker: { address: '' }, address: '' };
    const seed = 9000 + 100 * cases.findIndex((one) => one.name === name);
    await heldAgainstOracle({ seed, brokers: [broker.address] }, async ({ make, write }) => {
      const [steady, faulty] = [make(), make({ brokers: [address], requestMsMax: 2000 })];
      faulty.start();
      await delay(FIRST_MS);
      steady.start();
      let done = 0;
      let isFree = true;
      onEndTransaction = async (request) => {
        if (!isFree) return;
        isFree = false;
        done += 1;
        await faults[done % faults.length]?.(request, faulty);
        setTimeout(() => {
          isFree = true;
        }, BETWEEN_FAULTS_MS);
      };
      await write();
      onEndTransaction = () => {};
      expect(done).toBeGreaterThanOrEqual(2);
      // Whatever waits to go on or to be started again does so.
      await delay(LATE_MS + SESSION_MS);
    });
  },
);
