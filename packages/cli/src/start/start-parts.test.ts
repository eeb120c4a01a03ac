import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logReader, type TopicReader } from '@rosi/streams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shortKeyText } from './banner.js';
import { readStartConfig } from './config.js';
import { openDataFolder } from './data-folder.js';
import { prepareKeys } from './keys.js';
import { type PipelineReaders, readPipelineStatus } from './pipeline-status.js';
import { readRunFile, removeRunFile, writeRunFile } from './run-file.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rosi-start-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('configuration', () => {
  const read = (env: Record<string, string>) => readStartConfig(env, { quiet: false });
  it('needs nothing', () => {
    expect(read({})).toMatchObject({
      httpPort: 8080,
      host: '127.0.0.1',
      clickhouseUrl: null,
      timezone: 'UTC',
      logLevel: 'info',
    });
    expect(readStartConfig({}, { quiet: true }).logLevel).toBe('warn');
  });
  it('tells all problems together, and no key', () => {
    const env = {
      ROSI_HTTP_PORT: '70000',
      ROSI_KAFKA_BROKERS: 'kafka',
      ROSI_TIMEZONE: 'Mars/Olympus',
      ROSI_SECRET_KEY: 'short secret',
      ROSI_CLICKHOUSE_URL: 'clickhouse:8123',
    };
    expect(() => read(env)).toThrowError(
      expect.objectContaining({ exitCode: 2, code: 'ROSI_CONFIG_INVALID' }),
    );
    const message = messageOf(() => read(env));
    for (const name of Object.keys(env)) expect(message).toContain(name);
    expect(message).toContain('is not a list of host:port');
    expect(message).not.toContain('short secret');
  });
  it('knows Kafka by its brokers alone, with what may be said beside them', () => {
    expect(read({ ROSI_KAFKA_PARTITIONS: '7' }).kafka).toBeNull();
    expect(read({ ROSI_KAFKA_BROKERS: 'a:9092, b:9093' }).kafka).toEqual({
      kafka: { brokers: ['a:9092', 'b:9093'], clientId: 'rosi' },
      prefix: 'rosi.',
      partitions: 3,
      replicas: 1,
      sessionMs: 10_000,
      registryUrl: null,
    });
    const secured = {
      ROSI_KAFKA_BROKERS: 'a:9092',
      ROSI_KAFKA_TLS: 'true',
      ROSI_KAFKA_SASL_MECHANISM: 'scram-sha-512',
      ROSI_KAFKA_SASL_USERNAME: 'rosi',
      ROSI_KAFKA_SASL_PASSWORD: 'secret',
    };
    expect(read(secured).kafka?.kafka).toMatchObject({
      ssl: true,
      sasl: { mechanism: 'scram-sha-512', username: 'rosi', password: 'secret' },
    });
  });
  it('takes a login at Kafka whole or not at all', () => {
    const brokers = { ROSI_KAFKA_BROKERS: 'a:9092' };
    const together = 'belong together';
    for (const half of [
      { ROSI_KAFKA_SASL_MECHANISM: 'plain' },
      { ROSI_KAFKA_SASL_MECHANISM: 'plain', ROSI_KAFKA_SASL_USERNAME: 'rosi' },
      { ROSI_KAFKA_SASL_USERNAME: 'rosi', ROSI_KAFKA_SASL_PASSWORD: 'secret' },
    ]) {
      expect(messageOf(() => read({ ...brokers, ...half }))).toContain(together);
      // Of no account without Kafka.
      expect(read(half).kafka).toBeNull();
    }
  });
  it('tells parts apart what they need to meet, all of it at once', () => {
    const parts = new Set(['loader'] as const);
    const message = messageOf(() => readStartConfig({}, { quiet: false, parts }));
    expect(message).toContain('ROSI_KAFKA_BROKERS');
    expect(message).toContain('ROSI_CLICKHOUSE_URL');
    const stitcher = { quiet: false, parts: new Set(['stitcher'] as const) };
    expect(readStartConfig({ ROSI_KAFKA_BROKERS: 'a:9092' }, stitcher).parts.size).toBe(1);
  });
  it('refuses a public key that is the secret one', () => {
    const key = 'x'.repeat(20);
    const env = { ROSI_SECRET_KEY: key, ROSI_WRITE_KEY: key };
    expect(messageOf(() => read(env))).toContain('ROSI_WRITE_KEY');
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return '';
}

/** Takes the lock in a process of its own, and says so. */
const holder = `
const { openSync, writeSync } = require('node:fs');
const native = require(process.argv[1]);
const file = openSync(process.argv[2], 'a+');
if (!native.tryLock(file)) process.exit(1);
writeSync(file, process.pid + '\\n');
console.log('held');
setInterval(() => {}, 1000);`;

describe('the lock of the data folder', () => {
  it('names who holds it, and is free the moment that one is killed', async () => {
    const native = createRequire(import.meta.url).resolve('fs-native-extensions');
    const child = spawn(process.execPath, ['-e', holder, native, join(folder, 'lock')]);
    await once(child.stdout, 'data');
    expect(() => openDataFolder(folder)).toThrowError(
      expect.objectContaining({
        exitCode: 2,
        message: expect.stringContaining(`process ${child.pid}`),
      }),
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    openDataFolder(folder).release();
  });
  it('is free after a release', () => {
    const first = openDataFolder(join(folder, 'made', 'for', 'it'));
    expect(() => openDataFolder(first.path)).toThrow(`process ${process.pid}`);
    first.release();
    first.release();
    openDataFolder(first.path).release();
  });
  it.skipIf(process.getuid?.() === 0)('names the variable when it may not write', () => {
    chmodSync(folder, 0o500);
    expect(() => openDataFolder(join(folder, 'x'))).toThrow('ROSI_DATA_DIR');
    chmodSync(folder, 0o700);
  });
});

describe('keys', () => {
  it('are told of where one is short enough to be guessed, without telling it', () => {
    expect(shortKeyText('fifteen-letters')).toMatch(/^rosi: ROSI_SECRET_KEY .*16.*openssl rand/);
    expect(shortKeyText('fifteen-letters')).not.toContain('fifteen');
    for (const key of [null, 'sixteen--letters']) expect(shortKeyText(key)).toBe('');
  });
  const none = { secretKey: null, writeKey: null, hashKey: null, suppressionKey: null };
  it('are made once, kept private, and the environment wins', () => {
    const first = prepareKeys(folder, none);
    expect(first.made).toEqual(new Set(['secretKey', 'writeKey', 'hashKey', 'suppressionKey']));
    expect(statSync(first.path).mode & 0o777).toBe(0o600);
    const stated = prepareKeys(folder, { ...none, secretKey: 'stated' });
    expect(stated.made.size).toBe(0);
    expect(stated.keys).toEqual({ ...first.keys, secretKey: 'stated' });
    expect(prepareKeys(folder, none).keys).toEqual(first.keys);
    expect(readFileSync(first.path, 'utf8')).not.toContain('stated');
  });
  it('are not made by a process that has some of the parts: what it lacks is named', () => {
    const parts = new Set(['collector', 'stitcher'] as const);
    const message = messageOf(() => prepareKeys(folder, { ...none, writeKey: 'w' }, parts));
    for (const name of ['ROSI_SECRET_KEY', 'ROSI_HASH_KEY', 'ROSI_SUPPRESSION_KEY']) {
      expect(message).toContain(name);
    }
    expect(message).not.toContain('ROSI_WRITE_KEY');
    expect(readdirSync(folder)).toEqual([]);
    // A dashboard shows figures and hashes nothing.
    const shown = prepareKeys(folder, { ...none, secretKey: 's' }, new Set(['dashboard']));
    expect(shown).toMatchObject({ keys: { secretKey: 's' }, made: new Set() });
    const whole = prepareKeys(folder, none);
    expect(prepareKeys(folder, none, parts).keys).toEqual(whole.keys);
  });
  it('are not made anew over a damaged file', () => {
    writeFileSync(join(folder, 'keys.json'), '{"secretKey":');
    expect(() => prepareKeys(folder, none)).toThrow('is damaged');
  });
});

it('run.json is there from start to stop', () => {
  const instance = { pid: 1, httpUrl: 'a', clickhouseUrl: 'b', startedAt: 'c' };
  expect(readRunFile(folder)).toBeNull();
  writeRunFile(folder, instance);
  expect(readRunFile(folder)).toEqual(instance);
  removeRunFile(folder);
  expect(readRunFile(folder)).toBeNull();
});

describe('settled', () => {
  const log = (ends: Record<string, number>, onEnd = () => undefined): TopicReader => ({
    uuid: 'u',
    partitions: () => 1,
    firstOffset: () => 0,
    endOffset(topic) {
      onEnd();
      return ends[topic] ?? 0;
    },
    read: (_topic, _partition, from) => [
      { offset: from, timestamp: 2_000 + from, value: Buffer.alloc(0) },
      { offset: from + 1, timestamp: 1_000 + from, value: Buffer.alloc(0) },
    ],
  });
  const at = (topic: string, position: number) => ({ topic, partition: 0, position });
  const readers = (change: Partial<PipelineReaders> = {}): PipelineReaders => ({
    log: logReader(log({ 'events.collected': 5 })),
    state: logReader(log({ 'ledger.orders': 2 })),
    stitcher: () => ({ positions: [at('events.collected', 5)], queued: 0, oldestQueued: null }),
    outcomes: () => [],
    loader: () => [at('events.collected', 5), at('ledger.orders', 2)],
    ...change,
  });
  it('is true when everybody is at the end', async () => {
    expect(await readPipelineStatus(readers())).toMatchObject({
      settled: true,
      freshThrough: null,
    });
  });
  it.each([
    ['the loader has ledger records to load', { loader: () => [at('events.collected', 5)] }, 1_000],
    [
      'the loader has events to load',
      { loader: () => [at('events.collected', 4), at('ledger.orders', 2)] },
      1_004,
    ],
    [
      'the stitcher has events to read',
      {
        stitcher: () => ({ positions: [at('events.collected', 3)], queued: 0, oldestQueued: null }),
      },
      1_003,
    ],
    [
      'messages are queued',
      { stitcher: () => ({ positions: [at('events.collected', 5)], queued: 1, oldestQueued: 7 }) },
      7,
    ],
  ])('is false while %s', async (_name, change, oldest) => {
    expect(await readPipelineStatus(readers(change))).toMatchObject({
      settled: false,
      freshThrough: new Date(oldest).toISOString(),
    });
  });
  it('reads every position before any end', async () => {
    const order: string[] = [];
    const base = readers();
    await readPipelineStatus({
      ...base,
      log: logReader(log({}, () => void order.push('end'))),
      state: logReader(log({}, () => void order.push('end'))),
      stitcher: () => {
        order.push('position');
        return base.stitcher();
      },
      loader: () => {
        order.push('position');
        return base.loader();
      },
    });
    expect(order.lastIndexOf('position')).toBeLessThan(order.indexOf('end'));
  });
});
