/**
 * The law of crash on a real Kafka: processes of the stitcher are ended or stopped in hard ways, and
 * the ledger still is the oracle's. They run the built product: `npx tsc -b` first.
 */
import { cpSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { testKafka } from '@rosi/streams-kafka/testing';
import { expect, test } from 'vitest';
import { type Body, heldAgainstOracle, SESSION_MS } from './kafka-held.js';

const kafka = await testKafka();
const brokers = kafka?.brokers ?? [];

const held = (seed: number, body: Body) => heldAgainstOracle({ seed, brokers }, body);

const steps = ['sent', 'committed', 'saved'] as const;

test.skipIf(kafka === null).each(steps)(
  'an instance is killed again and again after it has %s',
  { timeout: 240_000 },
  async (step) => {
    await held(5000 + 100 * steps.indexOf(step), async ({ make, write }) => {
      const [steady, dying] = [make(), make()];
      steady.start();
      dying.start({ step, times: 2 });
      let deaths = 0;
      const count = () => {
        deaths += 1;
      };
      const writing = write();
      for (let times = 3; times < 8; times += 1) {
        await Promise.race([dying.ended().then(count), writing.then(() => delay(3000))]);
        await dying.kill();
        dying.start({ step, times });
      }
      await writing;
      expect(deaths).toBeGreaterThan(1);
      await dying.kill();
      dying.start();
    });
  },
);

test.skipIf(kafka === null)(
  'an instance that was stopped for longer than its session changes nothing when it goes on',
  { timeout: 240_000 },
  async () => {
    await held(6000, async ({ make, write }) => {
      const [steady, zombie] = [make(), make()];
      steady.start();
      zombie.start();
      const writing = write();
      for (let n = 0; n < 2; n += 1) {
        await delay(1500);
        zombie.send('SIGSTOP');
        await delay(2 * SESSION_MS);
        zombie.send('SIGCONT');
      }
      await writing;
    });
  },
);

test.skipIf(kafka === null)(
  'state on the disk that is gone, cut off, or older than it was, is built again',
  { timeout: 240_000 },
  async () => {
    await held(7000, async ({ make, write }) => {
      const instance = make();
      instance.start();
      const writing = write();
      await delay(3000);
      await instance.kill();
      cpSync(instance.dir, `${instance.dir}-older`, { recursive: true });
      instance.start();
      await delay(4000);
      await instance.kill();
      rmSync(instance.dir, { recursive: true });
      cpSync(`${instance.dir}-older`, instance.dir, { recursive: true });
      rmSync(`${instance.dir}-older`, { recursive: true });
      instance.start();
      await delay(2000);
      await instance.kill();
      const file = join(instance.dir, 'data.mdb');
      truncateSync(file, Math.floor(statSync(file).size / 2));
      instance.start();
      await delay(2000);
      await instance.kill();
      rmSync(instance.dir, { recursive: true });
      instance.start();
      await writing;
    });
  },
);
