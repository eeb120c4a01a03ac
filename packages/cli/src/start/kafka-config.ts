/** The variables that say where Kafka is; without ROSI_KAFKA_BROKERS none of them counts. */
import { parseEnvironment, RosiError } from '@rosi/service-kit';
import type { KafkaCluster } from '@rosi/streams-kafka';
import * as z from 'zod';

const partitionsMax = 1000;
const replicasMax = 9;
const sessionMsMin = 1000;
const sessionMsMax = 300_000;
const standard = { prefix: 'rosi.', partitions: 3, replicas: 1, sessionMs: 10_000 };
const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

const whole = (min: number, max: number, unset: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'is not a whole number')
    .transform(Number)
    .refine((number) => number >= min && number <= max, `is not from ${min} to ${max}`)
    .default(unset);

export const kafkaFields = {
  ROSI_KAFKA_BROKERS: z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .refine((brokers) => brokers.every(isAddress), 'is not a list of host:port')
    .describe('Write it as kafka-1:9092,kafka-2:9092; or unset it: ROSI then keeps its own log.')
    .optional(),
  ROSI_KAFKA_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/, 'has characters that no topic may have')
    .default(standard.prefix)
    .describe('Set it to what the names of topics, groups and transactions are to begin with.'),
  ROSI_KAFKA_PARTITIONS: whole(1, partitionsMax, standard.partitions).describe(
    'Set it to the number of partitions; topics keep the number that they were made with.',
  ),
  ROSI_KAFKA_REPLICAS: whole(1, replicasMax, standard.replicas).describe(
    'Set it to the copies that a new topic gets, 3 on a cluster of three brokers.',
  ),
  ROSI_KAFKA_SESSION_MS: whole(sessionMsMin, sessionMsMax, standard.sessionMs).describe(
    'Set it to how long an instance may be silent before its work goes to others.',
  ),
  ROSI_SCHEMA_REGISTRY_URL: z
    .url({ protocol: /^https?$/, error: 'is not an http or https URL' })
    .describe('Write it as http://user:password@registry:8081, or unset it: none is asked.')
    .optional(),
  ROSI_KAFKA_TLS: z
    .enum(['true', 'false'])
    .default('false')
    .describe('Set it to true where the brokers want TLS.'),
  ROSI_KAFKA_SASL_MECHANISM: z
    .enum(saslMechanisms)
    .describe(`Set it to one of ${saslMechanisms.join(', ')}, or unset it: no password is sent.`)
    .optional(),
  ROSI_KAFKA_SASL_USERNAME: z.string().default('').describe('Set it to the user.'),
  ROSI_KAFKA_SASL_PASSWORD: z.string().default('').describe("Set it to the user's password."),
};

type Read = Readonly<z.output<z.ZodObject<typeof kafkaFields>>>;

/** For commands beside a running product. Throws a RosiError with exit code 2; null: no Kafka. */
export function readKafkaCluster(
  env: Readonly<Record<string, string | undefined>>,
): KafkaCluster | null {
  return kafkaClusterOf(parseEnvironment(z.object(kafkaFields), env));
}

/** Null: the embedded log. */
export function kafkaClusterOf(read: Read): KafkaCluster | null {
  if (read.ROSI_KAFKA_BROKERS === undefined) return null;
  refuseHalfALogin(read);
  return {
    kafka: {
      brokers: read.ROSI_KAFKA_BROKERS,
      clientId: 'rosi',
      ...(read.ROSI_KAFKA_TLS === 'true' ? { ssl: true } : {}),
      ...saslOf(read),
    },
    prefix: read.ROSI_KAFKA_PREFIX,
    partitions: read.ROSI_KAFKA_PARTITIONS,
    replicas: read.ROSI_KAFKA_REPLICAS,
    sessionMs: read.ROSI_KAFKA_SESSION_MS,
    registryUrl: read.ROSI_SCHEMA_REGISTRY_URL ?? null,
  };
}

/** Half of a login would be left out without a word, or be refused by the brokers without a reason. */
function refuseHalfALogin(read: Read): void {
  const { ROSI_KAFKA_SASL_MECHANISM: mechanism } = read;
  const { ROSI_KAFKA_SASL_USERNAME: username, ROSI_KAFKA_SASL_PASSWORD: password } = read;
  const stated = [mechanism !== undefined, username !== '', password !== ''];
  if (stated.every((is) => is) || !stated.some((is) => is)) return;
  throw new RosiError(
    'ROSI_CONFIG_INVALID',
    'ROSI_KAFKA_SASL_MECHANISM, ROSI_KAFKA_SASL_USERNAME and ROSI_KAFKA_SASL_PASSWORD belong ' +
      'together: set all three, or none of them.',
  );
}

function saslOf(read: Read): Pick<KafkaCluster['kafka'], 'sasl'> {
  const username = read.ROSI_KAFKA_SASL_USERNAME;
  const password = read.ROSI_KAFKA_SASL_PASSWORD;
  // One by one: kafkajs's type tells each mechanism's options by its name.
  switch (read.ROSI_KAFKA_SASL_MECHANISM) {
    case 'plain':
      return { sasl: { mechanism: 'plain', username, password } };
    case 'scram-sha-256':
      return { sasl: { mechanism: 'scram-sha-256', username, password } };
    case 'scram-sha-512':
      return { sasl: { mechanism: 'scram-sha-512', username, password } };
    default:
      return {};
  }
}

function isAddress(text: string): boolean {
  const match = /^[A-Za-z0-9._-]+:(\d{1,5})$/.exec(text);
  return match !== null && Number(match[1]) > 0 && Number(match[1]) <= 65_535;
}
