/** What `rosi start` tells the person in front of it: addresses, keys, what to do next. */
import type { KafkaCluster } from '@rosi/streams-kafka';
import type { FoundKeys, KeyName } from './keys.js';
import { listOf, type PartNames } from './part-names.js';

export interface ProcessFacts {
  readonly version: string;
  readonly httpUrl: string;
  /** Without user and password; null: it speaks to none. */
  readonly clickhouseUrl: string | null;
  readonly dataDir: string;
  /** Null: the embedded log. */
  readonly kafka: KafkaCluster | null;
}

export interface BannerFacts extends ProcessFacts {
  readonly clickhouseEmbedded: boolean;
  readonly found: FoundKeys;
  /** Keys that the environment states. */
  readonly stated: ReadonlySet<KeyName>;
}

/** Of a key that is not new; of a short one nothing. */
const visibleCharacters = 4;
const hintedCharactersMin = 16;
const safeCharactersMin = 16;

/** A secret is printed in full only when it was made just now. */
export function bannerText(facts: BannerFacts): string {
  const secret = keyText(facts, 'secretKey', 'ROSI_SECRET_KEY');
  const write = keyText(facts, 'writeKey', 'ROSI_WRITE_KEY');
  const server = facts.clickhouseEmbedded ? 'embedded, this machine only, no password' : 'yours';
  return [
    `ROSI ${facts.version} is running.`,
    '',
    `  Page        ${facts.httpUrl}/  (log in with the secret key; the API has the same address)`,
    `  ClickHouse  ${facts.clickhouseUrl}  (database rosi; ${server})`,
    ...kafkaLines(facts),
    `  Data        ${facts.dataDir}`,
    `  Secret key  ${secret}`,
    `  Write key   ${write}`,
    '',
    'Next, in another terminal:',
    `  npx rosi status                    what is accepted, stitched and loaded`,
    `  npx rosi demo                      a year of a made-up shop, to see it at work`,
    `  npx rosi import orders --help      orders of your shop (Shopify, WooCommerce or any CSV)`,
    `  npx rosi explain order 1001        which touchpoints earned an order, and why`,
    `  npx rosi query "SELECT * FROM orders_current LIMIT 10"`,
    '',
    'Stop with Ctrl-C.',
    '',
  ].join('\n');
}

/** Of a process that has some of the parts. */
export function partsBannerText(facts: ProcessFacts & { readonly parts: PartNames }): string {
  const { version, httpUrl, clickhouseUrl, dataDir, parts } = facts;
  const page = `  Page        ${httpUrl}/  (log in with the secret key)`;
  const api = `  API         ${httpUrl}/v1/events`;
  return [
    `ROSI ${version} is running: ${listOf(parts)}.`,
    '',
    ...(parts.has('dashboard') ? [page] : []),
    ...(parts.has('collector') ? [api] : []),
    `  Health      ${httpUrl}/health/ready  (metrics at ${httpUrl}/metrics)`,
    ...kafkaLines(facts),
    ...(clickhouseUrl === null ? [] : [`  ClickHouse  ${clickhouseUrl}  (database rosi)`]),
    `  Data        ${dataDir}`,
    '',
    'Stop with Ctrl-C.',
    '',
  ].join('\n');
}

function kafkaLines({ kafka }: ProcessFacts): string[] {
  if (kafka === null) return [];
  const { brokers } = kafka.kafka;
  return [`  Kafka       ${brokers.join(', ')}  (topics begin with ${kafka.prefix})`];
}

/** Of a start that failed after it had made keys; empty when it made none. */
export function madeKeysText(found: FoundKeys | null): string {
  const names = [
    ['secretKey', 'Secret key'],
    ['writeKey', 'Write key '],
  ] as const;
  const lines = names
    .filter(([name]) => found?.made.has(name))
    .map(([name, title]) => `  ${title}  ${found?.keys[name]}  (new; kept in ${found?.path})\n`);
  return lines.join('');
}

/**
 * Empty for a key that is long, or made here. Wrong keys are not counted at the API, since others may
 * share their sender's address: that there are too many to try is all that keeps a key from being guessed.
 */
export function shortKeyText(secretKey: string | null): string {
  if (secretKey === null || secretKey.length >= safeCharactersMin) return '';
  return (
    `rosi: ROSI_SECRET_KEY has less than ${safeCharactersMin} characters: whoever reaches this ` +
    'address may find it by trying. Set a longer one: openssl rand -hex 24\n'
  );
}

function keyText(facts: BannerFacts, name: KeyName, variable: string): string {
  const key = facts.found.keys[name];
  if (facts.found.made.has(name)) return `${key}  (new; kept in ${facts.found.path})`;
  const hint = key.length < hintedCharactersMin ? 'set' : `…${key.slice(-visibleCharacters)}`;
  if (facts.stated.has(name)) return `${hint}  (from ${variable})`;
  return `${hint}  (in ${facts.found.path})`;
}
