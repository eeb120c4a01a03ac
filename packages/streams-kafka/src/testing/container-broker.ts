/**
 * A Kafka broker in a container, where Docker (or what speaks its language) answers: the image of
 * docker-compose.yml, so that tests see what a user of the compose file runs.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers';
import { brokerFolder } from './broker-jars.js';
import { freePort } from './broker-process.js';

const START_MS_MAX = 180_000;
const clusterId = 'uxTkdmBjSVuXxY2UqAXE1g';
const controllerPort = 9093;

export interface ContainerBroker {
  /** `host:port`. */
  readonly address: string;
  close(): Promise<void>;
}

/** Null where no container runtime answers. */
export async function startContainerBroker(): Promise<ContainerBroker | null> {
  const runtime = await getContainerRuntimeClient().catch(() => null);
  if (runtime === null) return null;
  const { host } = runtime.info.containerRuntime;
  // Kafka tells its clients where to find it, so the port outside is chosen before it starts.
  const port = await freePort();
  const container = await new GenericContainer(imageOfCompose())
    .withExposedPorts({ container: port, host: port })
    .withEnvironment(environmentOf(host, port))
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(START_MS_MAX)
    .start();
  return {
    address: `${host}:${port}`,
    close: async () => {
      await container.stop();
    },
  };
}

/** The settings of infra/kafka/server.properties, in the form that the image takes. */
function environmentOf(host: string, port: number): Record<string, string> {
  const text = readFileSync(join(brokerFolder(), 'server.properties'), 'utf8');
  const stated = [...text.matchAll(/^([a-z.]+)=(.*)$/gm)].map(([, name = '', value = '']) => [
    `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
    value,
  ]);
  return {
    ...Object.fromEntries(stated),
    CLUSTER_ID: clusterId,
    KAFKA_LISTENERS: `PLAINTEXT://:${port},CONTROLLER://:${controllerPort}`,
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${host}:${port}`,
    KAFKA_CONTROLLER_QUORUM_VOTERS: `1@localhost:${controllerPort}`,
    KAFKA_LOG_DIRS: '/var/lib/kafka/data',
  };
}

/** The one place where the image is pinned is the compose file. */
function imageOfCompose(): string {
  const compose = readFileSync(join(brokerFolder(), '..', '..', 'docker-compose.yml'), 'utf8');
  const found = /image: (apache\/kafka:\S+)/.exec(compose)?.[1];
  if (found === undefined) throw new Error('docker-compose.yml names no image of Kafka');
  return found;
}
