/**
 * Three real brokers on loopback, each also a controller, for tests that lose one of them. How many
 * must have a record before it is answered is for each topic to say.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BrokerOptions,
  type BrokerProcess,
  freePort,
  startBroker,
  untilReady,
} from './broker-process.js';

const NODES = [1, 2, 3];
const COPIES = String(NODES.length);
const COPIES_MIN = '2';

export interface LocalCluster {
  /** `host:port` of each. */
  readonly addresses: readonly string[];
  /** `kill -9` of the broker of this node id. */
  kill(nodeId: number): Promise<void>;
  /** Starts it again on its folder; resolves once it answers. */
  restart(nodeId: number): Promise<void>;
  close(): Promise<void>;
}

export async function startLocalCluster(): Promise<LocalCluster> {
  const dir = mkdtempSync(join(tmpdir(), 'rosi-cluster-'));
  const clusterId = randomBytes(16).toString('base64url');
  const ports = new Map<number, BrokerOptions['ports']>();
  for (const node of NODES) {
    ports.set(node, { port: await freePort(), controllerPort: await freePort() });
  }
  const voters = [...ports].map(
    ([node, { controllerPort }]) => `${node}@127.0.0.1:${controllerPort}`,
  );
  const portsOf = (node: number) => {
    const found = ports.get(node);
    if (found === undefined) throw new RangeError(`There is no broker ${node}`);
    return found;
  };
  const addressOf = (node: number) => `127.0.0.1:${portsOf(node).port}`;
  const running = new Map<number, BrokerProcess>();
  const start = async (node: number) => {
    const broker = await startBroker({
      dir: join(dir, String(node)),
      clusterId,
      ports: portsOf(node),
      settings: {
        ...clusterSettings,
        'node.id': String(node),
        'controller.quorum.voters': voters.join(','),
      },
      signal: 'KILL',
    });
    running.set(node, broker);
    return broker;
  };
  const close = async () => {
    await Promise.all([...running.values()].map((broker) => broker.stop()));
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const brokers = await Promise.all(NODES.map(start));
    await Promise.all(brokers.map((broker, at) => untilReady(addressOf(NODES[at] ?? 0), broker)));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    addresses: NODES.map(addressOf),
    async kill(node) {
      await running.get(node)?.stop();
      running.delete(node);
    },
    async restart(node) {
      await untilReady(addressOf(node), await start(node));
    },
    close,
  };
}

const clusterSettings = {
  'default.replication.factor': COPIES,
  'offsets.topic.replication.factor': COPIES,
  'transaction.state.log.replication.factor': COPIES,
  'transaction.state.log.min.isr': COPIES_MIN,
  // Several, so that the brokers share the coordinating.
  'offsets.topic.num.partitions': '3',
  'transaction.state.log.num.partitions': '6',
  // A broker that is gone is to be missed soon; the default is 9 s.
  'broker.heartbeat.interval.ms': '500',
  'broker.session.timeout.ms': '3000',
};
