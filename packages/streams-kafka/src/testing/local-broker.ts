/** A real Kafka broker on loopback without Docker, for tests and for a person. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
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
}

/** Resolves once the broker answers for topics, groups and transactions. */
export async function startLocalBroker(options: LocalBrokerOptions = {}): Promise<LocalBroker> {
  const { secondDoor } = options;
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'rosi-kafka-'));
  const ports = { port: options.port || (await freePort()), controllerPort: await freePort() };
  const broker = await startBroker({
    dir,
    clusterId: randomBytes(16).toString('base64url'),
    ports,
    ...(secondDoor === undefined ? {} : { settings: doorSettings(ports, secondDoor) }),
    signal: options.dir === undefined ? 'KILL' : 'TERM',
  });
  const address = `127.0.0.1:${ports.port}`;
  const close = async () => {
    await broker.stop();
    if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
  };
  try {
    await untilReady(address, broker);
  } catch (error) {
    await close();
    throw error;
  }
  return { address, close };
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
