/**
 * An instance joins or leaves the group every two seconds, in order or by force, while events come:
 * the ledger is the oracle's. `npm run soak:kafka` does it for two minutes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { testKafka } from '@rosi/streams-kafka/testing';
import { expect, test } from 'vitest';
import type { KafkaInstance } from '../harness/kafka-instances.js';
import { heldAgainstOracle } from './kafka-held.js';

const EVERY_MS = 2000;
const SECONDS = Number(process.env['ROSI_SOAK_SECONDS'] ?? 20);
const INSTANCES_MAX = 4;
const SETS_PER_SECOND = 0.4;
const kafka = await testKafka();

test.skipIf(kafka === null)(
  `instances come and go every two seconds for ${SECONDS} s`,
  { timeout: 120_000 + SECONDS * 4000 },
  async () => {
    const options = {
      seed: 10_000,
      brokers: kafka?.brokers ?? [],
      sets: Math.ceil(SECONDS * SETS_PER_SECOND),
      writingMs: SECONDS * 1000,
    };
    await heldAgainstOracle(options, async ({ make, write }) => {
      const all = Array.from({ length: INSTANCES_MAX }, () => make());
      const here: KafkaInstance[] = [];
      const away = [...all];
      const join = () => {
        const next = away.shift();
        next?.start();
        if (next !== undefined) here.push(next);
      };
      // Of three that leave two do so in order; the third is silent until its session ends.
      const leave = async (turn: number) => {
        const next = here.shift();
        if (next === undefined) return;
        next.send(turn % 3 === 2 ? 'SIGKILL' : 'SIGTERM');
        await next.ended();
        away.push(next);
      };
      join();
      const writing = write();
      const ending = Date.now() + SECONDS * 1000;
      let changes = 0;
      for (let turn = 0; Date.now() < ending; turn += 1) {
        await delay(EVERY_MS);
        // Up to all of them and down to one, again and again.
        const isUp = Math.floor(turn / (INSTANCES_MAX - 1)) % 2 === 0;
        if (isUp) join();
        else await leave(turn);
        changes += 1;
      }
      await writing;
      expect(changes).toBeGreaterThan(SECONDS / 4);
    });
  },
);
