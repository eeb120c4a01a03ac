/** A real Kafka broker on loopback without Docker, for tests and for a person. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startBroker, untilReady } from './broker-process.js';

export interface LocalBroker {
  /** `host:port`. */
  readonly address: string;
  close(): Promise<void>;
}

export interface LocalBrokerOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Kept when the broker is closed; default: a new folder that is removed. */
  readonly dir?: string;
  /** A second door to the same broker; clients that come through it are told `advertised`. */
  readonly secondDoor?: { readonly port: number; readonly advertised: number };
  /** Asks who comes: one who may do everything, and one who may do nothing. */
  readonly logins?: { readonly all: Login; readonly none: Login };
  /** Properties that differ from the file's. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** Resolves once the broker answers for topics, groups and transactions. */
export async function startLocalBroker(options: LocalBrokerOptions = {}): Promise<LocalBroker> {
  const { secondDoor, logins } = options;
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'rosi-kafka-'));
  const ports = { port: options.port || (await freePort()), controllerPort: await freePort() };
  const broker = await startBroker({
    dir,
    clusterId: randomBytes(16).toString('base64url'),
    ports,
    settings: {
      ...(secondDoor === undefined ? {} : doorSettings(ports, secondDoor)),
      ...(logins === undefined ? {} : loginSettings(ports, logins)),
      ...options.settings,
    },
    ...(options.dir === undefined ? { signal: 'KILL', isPassing: true } : { signal: 'TERM' }),
  });
  const address = `127.0.0.1:${ports.port}`;
  try {
    const sasl =
      logins === undefined ? {} : { sasl: { mechanism: 'plain', ...logins.all } as const };
    await untilReady(address, broker, sasl);
  } catch (error) {
    await broker.stop();
    throw error;
  }
  return { address, close: () => broker.stop() };
}

function doorSettings(
  { port, controllerPort }: { readonly port: number; readonly controllerPort: number },
  door: { readonly port: number; readonly advertised: number },
): Record<string, string> {
  const host = '127.0.0.1';
  return {
    listeners: `PLAINTEXT://${host}:${port},SECOND://${host}:${door.port},CONTROLLER://${host}:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${host}:${port},SECOND://${host}:${door.advertised}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SECOND:PLAINTEXT,CONTROLLER:PLAINTEXT',
  };
}

/** PLAIN, and whoever is not named has no right to anything. */
function loginSettings(
  { port, controllerPort }: { readonly port: number; readonly controllerPort: number },
  { all, none }: { readonly all: Login; readonly none: Login },
): Record<string, string> {
  const users = [all, none].map(({ username, password }) => `user_${username}="${password}"`);
  const module = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
  const own = `username="${all.username}" password="${all.password}"`;
  return {
    listeners: `SASL_PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `SASL_PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'SASL_PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'listener.name.sasl_plaintext.plain.sasl.jaas.config': `${module} ${own} ${users.join(' ')};`,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    // The controller's door asks nobody.
    'super.users': `User:${all.username};User:ANONYMOUS`,
  };
}
