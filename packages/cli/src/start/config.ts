/**
 * The configuration of `rosi start`: every ROSI_ variable that it reads, in one schema. All
 * problems are told together, by parseEnvironment, with the variable's name and the remedy.
 */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import {
  type ArmedFailpoint,
  logLevelSchema,
  logLevels,
  parseEnvironment,
  parseFailpoint,
  RosiError,
} from '@rosi/service-kit';
import type { KafkaCluster } from '@rosi/streams-kafka';
import * as z from 'zod';
import { kafkaClusterOf, kafkaFields } from './kafka-config.js';
import { allParts, isWhole, listOf, type PartNames } from './part-names.js';

const logLevelRemedy = `Set it to one of ${logLevels.join(', ')}.`;
const portRemedy = 'Set it to a number from 0 to 65535; 0 picks a free port.';
const port = (standard: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/, 'is not a port number')
    .transform(Number)
    .refine((number) => number <= 65_535, 'is above 65535')
    .default(standard)
    .describe(portRemedy);

// Keys travel in a header; how long they are is the operator's choice (those made here are long).
const key = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'has spaces or characters outside ASCII')
  .describe('Set it to printable ASCII characters, or leave it unset: one is made and kept.')
  .optional();

const schema = z.object({
  ROSI_DATA_DIR: z.string().default('./.rosi').describe('Set it to a folder.'),
  ROSI_HTTP_PORT: port(8080),
  ROSI_HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]+$/, 'is not an address')
    .default('127.0.0.1')
    .describe('Set it to an address of this machine, 127.0.0.1 or 0.0.0.0 for example.'),
  ROSI_CLICKHOUSE_URL: z
    .url({ protocol: /^https?$/, error: 'is not an http or https URL' })
    .describe('Write it as http://user:password@host:8123, or leave it unset for the embedded one.')
    .optional(),
  ROSI_CLICKHOUSE_PORT: port(8123),
  ...kafkaFields,
  ROSI_SECRET_KEY: key,
  ROSI_WRITE_KEY: key,
  ROSI_HASH_KEY: z.string().describe('Leave it unset: one is made and kept.').optional(),
  ROSI_SUPPRESSION_KEY: z.string().describe('Leave it unset: one is made and kept.').optional(),
  ROSI_ACCESS_KEYS_FILE: z
    .string()
    .describe('Set it to a file that several instances share, or leave it unset.')
    .optional(),
  ROSI_ADDRESS_RATE: z
    .string()
    .regex(/^\d{1,7}$/, 'is not a whole number')
    .transform(Number)
    .refine((rate) => rate >= 1, 'is below 1')
    .default(1_000)
    .describe('Set it to the events a second that one address may send with one write key.'),
  ROSI_TIMEZONE: z
    .string()
    .refine(isTimeZone, 'is not a time zone')
    .default('UTC')
    .describe('Write it as in the IANA database, Europe/Paris for example.'),
  ROSI_OWN_DOMAINS: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((part) => part.trim().toLowerCase() || []))
    .describe("List your sites' domains, separated by commas."),
  ROSI_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'is not an http or https URL' })
    .refine((url) => /^https?:\/\/[^/?#@]+\/?$/.test(url), 'has more than a host and a port')
    .transform((url) => url.replace(/\/$/, ''))
    .describe(
      'Write the address under which people reach ROSI, https://go.shop.example for example.',
    )
    .optional(),
  ROSI_TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
    .refine((proxies) => proxies.every(isNetwork), 'has a part that is no address or network')
    .describe('List the addresses of your reverse proxies, 10.0.0.0/8,::1 for example.'),
  ROSI_LOG_RETENTION_DAYS: z
    .string()
    .regex(/^\d{1,5}$/, 'is not a whole number')
    .transform(Number)
    .refine((days) => days >= 1, 'is below 1')
    .default(30)
    .describe('Set it to the days that the event log is kept, 1 or more.'),
  ROSI_LOG_RETENTION_BYTES: z
    .string()
    .regex(/^\d{1,15}$/, 'is not a whole number of bytes')
    .transform(Number)
    .refine((bytes) => bytes >= 100_000_000, 'is below 100000000')
    .default(10_000_000_000)
    .describe('Set it to the bytes that event log and ledger may each take, 100000000 or more.'),
  ROSI_WEBHOOKS: z
    .string()
    .describe('Write it as docs/webhooks.md shows, or leave it unset and use webhooks.json.')
    .optional(),
  ROSI_CONNECTORS: z
    .string()
    .describe(
      'Write it as docs/connect/connectors.md shows, or leave it unset and use connectors.json.',
    )
    .optional(),
  ROSI_FAILPOINT: z
    .string()
    .transform(parseFailpoint)
    .refine((failpoint) => failpoint !== null, 'is not a failpoint')
    .describe('Unset it: it makes the process die, and is for tests (docs/operations.md).')
    .optional(),
  // Unwrapped: here the default depends on who is watching.
  ROSI_LOG_LEVEL: logLevelSchema.unwrap().describe(logLevelRemedy).optional(),
});

export interface StartConfig {
  /** What this process runs. */
  readonly parts: PartNames;
  readonly dataDir: string;
  readonly httpPort: number;
  readonly host: string;
  /** Null: the embedded server, on clickhousePort. */
  readonly clickhouseUrl: string | null;
  readonly clickhousePort: number;
  /** Null: the embedded log. */
  readonly kafka: KafkaCluster | null;
  /** As stated by the environment; null: kept in the data folder. */
  readonly secretKey: string | null;
  readonly writeKey: string | null;
  readonly hashKey: string | null;
  readonly suppressionKey: string | null;
  /** Null: access-keys.json of the data folder. */
  readonly accessKeysFile: string | null;
  /** Events a second that one network address may send with write keys. */
  readonly addressRate: number;
  readonly timezone: string;
  readonly ownDomains: readonly string[];
  /** Under which people reach the collector; null: as they ask. */
  readonly publicUrl: string | null;
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly logRetention: { readonly ageMs: number; readonly bytes: number };
  /** JSON as stated; null: webhooks.json of the data folder, where there is one. */
  readonly webhooks: string | null;
  /** JSON as stated; null: connectors.json of the data folder, where there is one. */
  readonly connectors: string | null;
  readonly logLevel: string;
  /** Where to die, in tests of crashes; null otherwise. */
  readonly failpoint: ArmedFailpoint | null;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Throws a RosiError with exit code 2 that tells all problems. */
export function readStartConfig(
  env: Readonly<Record<string, string | undefined>>,
  options: { readonly quiet: boolean; readonly parts?: PartNames },
): StartConfig {
  const read = parseEnvironment(schema, env);
  const parts = options.parts ?? allParts;
  refuseApart(parts, read);
  refuseEqualKeys(read.ROSI_SECRET_KEY, read.ROSI_WRITE_KEY);
  const failpoint = read.ROSI_FAILPOINT ?? null;
  if (failpoint !== null) refuseOutsideOfTests(env);
  return Object.freeze({
    parts,
    dataDir: resolve(read.ROSI_DATA_DIR),
    httpPort: read.ROSI_HTTP_PORT,
    host: read.ROSI_HOST,
    clickhouseUrl: read.ROSI_CLICKHOUSE_URL ?? null,
    clickhousePort: read.ROSI_CLICKHOUSE_PORT,
    kafka: kafkaClusterOf(read),
    secretKey: read.ROSI_SECRET_KEY ?? null,
    writeKey: read.ROSI_WRITE_KEY ?? null,
    hashKey: read.ROSI_HASH_KEY ?? null,
    suppressionKey: read.ROSI_SUPPRESSION_KEY ?? null,
    accessKeysFile:
      read.ROSI_ACCESS_KEYS_FILE === undefined ? null : resolve(read.ROSI_ACCESS_KEYS_FILE),
    addressRate: read.ROSI_ADDRESS_RATE,
    timezone: read.ROSI_TIMEZONE,
    ownDomains: read.ROSI_OWN_DOMAINS,
    publicUrl: read.ROSI_PUBLIC_URL ?? null,
    trustedProxies: read.ROSI_TRUSTED_PROXIES,
    logRetention: {
      ageMs: read.ROSI_LOG_RETENTION_DAYS * dayMs,
      bytes: read.ROSI_LOG_RETENTION_BYTES,
    },
    webhooks: read.ROSI_WEBHOOKS ?? null,
    connectors: read.ROSI_CONNECTORS ?? null,
    logLevel: read.ROSI_LOG_LEVEL ?? (options.quiet ? 'warn' : 'info'),
    failpoint,
  });
}

/** Parts in processes of their own meet in Kafka and in a ClickHouse server, and nowhere else. */
function refuseApart(parts: PartNames, read: z.output<typeof schema>): void {
  if (isWhole(parts)) return;
  const missing: string[] = [];
  if (read.ROSI_KAFKA_BROKERS === undefined) {
    missing.push(
      'ROSI_KAFKA_BROKERS is not set: parts in processes of their own meet in Kafka. Set it, or ' +
        'run `rosi start`, which has all parts and needs no Kafka.',
    );
  }
  const needsTables = parts.has('collector') || parts.has('loader') || parts.has('dashboard');
  if (needsTables && read.ROSI_CLICKHOUSE_URL === undefined) {
    missing.push(
      'ROSI_CLICKHOUSE_URL is not set: the embedded ClickHouse is of one process alone. Set it to ' +
        'a server that the loader, the collector and the dashboard reach.',
    );
  }
  if (missing.length === 0) return;
  const told = missing.map((line) => `  ${line}`).join('\n');
  throw new RosiError('ROSI_CONFIG_INVALID', `rosi start ${listOf(parts)} can't begin:\n${told}`);
}

/** A write key is public: one that is also the secret key would open everything. */
function refuseEqualKeys(secretKey: string | undefined, writeKey: string | undefined): void {
  if (secretKey === undefined || secretKey !== writeKey) return;
  throw new RosiError(
    'ROSI_CONFIG_INVALID',
    'ROSI_WRITE_KEY (set) equals ROSI_SECRET_KEY: the write key is public. Set two different keys.',
  );
}

/** Forgotten in a deployment, a failpoint would end the process again and again. */
function refuseOutsideOfTests(env: Readonly<Record<string, string | undefined>>): void {
  if (env['NODE_ENV'] === 'test') return;
  throw new RosiError(
    'ROSI_CONFIG_INVALID',
    'ROSI_FAILPOINT makes the process die and is for tests alone: unset it. ' +
      '(Tests set NODE_ENV=test beside it.)',
  );
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  );
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    // Offsets like +02:00 pass on some engines, but ClickHouse knows names alone.
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}
