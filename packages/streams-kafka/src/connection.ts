/**
 * A connection to a Kafka cluster: who leads a partition, who coordinates a group or transaction.
 * A broker handles the requests of one connection one after another, so parts that must not wait
 * for each other (fetching, a task's transactions, the group) have connections of their own.
 */
import type { KafkaConfig } from 'kafkajs';
import { KafkaError } from './errors.js';
import { type Broker, type Cluster, createCluster } from './kafkajs-internals.js';

const GROUP = 0;
const TRANSACTION = 1;
const METADATA_AGE_MS_MAX = 60_000;
const REQUEST_MS_MAX = 30_000;

export interface KafkaOptions {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: KafkaConfig['ssl'];
  /** To be handed on as a copy: kafkajs writes a function into it, which no thread could be given. */
  readonly sasl?: KafkaConfig['sasl'];
  /** How long a broker may take to answer before its connection is given up; default 30 s. */
  readonly requestMsMax?: number;
  /** kafkajs's own warnings; default: nobody hears them. */
  readonly onLog?: (message: string) => void;
}

/** Methods throw kafkajs's errors; see `errors.ts` for what each means. */
export interface KafkaConnection {
  /** Knows these topics from now on. */
  watch(topics: readonly string[]): Promise<void>;
  /** Asks anew who leads what. */
  refresh(): Promise<void>;
  /** 0: there is no such topic. Only of topics that are watched. */
  partitions(topic: string): number;
  /** Copies of each partition, as the brokers said last; none in step: nobody leads it. */
  copies(topic: string): readonly { readonly inStep: number; readonly all: number }[];
  leader(topic: string, partition: number): Promise<Broker>;
  /** As {@link leader}, without connecting to it. */
  leaderId(topic: string, partition: number): number;
  broker(nodeId: number): Promise<Broker>;
  anyBroker(): Promise<Broker>;
  groupCoordinator(groupId: string): Promise<Broker>;
  transactionCoordinator(transactionalId: string): Promise<Broker>;
  close(): Promise<void>;
}

/** A connection that watches these topics; where that fails none is left open. */
export async function connectWatching(
  options: KafkaOptions,
  topics: readonly string[],
): Promise<KafkaConnection> {
  const connection = await connectKafka(options);
  try {
    await connection.watch(topics);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

export async function connectKafka(options: KafkaOptions): Promise<KafkaConnection> {
  const { brokers, clientId, ssl, sasl, requestMsMax = REQUEST_MS_MAX, onLog } = options;
  const cluster = createCluster(
    {
      brokers,
      clientId,
      ...(ssl === undefined ? {} : { ssl }),
      ...(sasl === undefined ? {} : { sasl: { ...sasl } }),
      // Small steps: most waits are for a coordinator that is done in a few milliseconds.
      retry: { retries: 8, initialRetryTime: 10 },
      connectionTimeout: 3000,
      authenticationTimeout: 10_000,
      reauthenticationThreshold: 10_000,
      requestTimeout: requestMsMax,
      enforceRequestTimeout: true,
      metadataMaxAge: METADATA_AGE_MS_MAX,
      allowAutoTopicCreation: false,
    },
    onLog,
  );
  try {
    await cluster.connect();
    // The brokers are known by the first answer about topics, even about none.
    await cluster.refreshMetadata();
  } catch (error) {
    await cluster.disconnect();
    throw error;
  }
  return connectionOf(cluster);
}

function connectionOf(cluster: Cluster): KafkaConnection {
  const leaderId = (topic: string, partition: number) => {
    const found = cluster
      .findTopicPartitionMetadata(topic)
      .find(({ partitionId }) => partitionId === partition);
    if (found === undefined || found.leader < 0) {
      throw new KafkaError('ROSI_LOG_UNAVAILABLE', `Nobody leads ${topic} ${partition} now`);
    }
    return found.leader;
  };
  const broker = (nodeId: number) => cluster.findBroker({ nodeId });
  const coordinator = (groupId: string, coordinatorType: number) =>
    cluster.findGroupCoordinator({ groupId, coordinatorType });
  return {
    watch: (topics) => cluster.addMultipleTargetTopics(topics),
    refresh: () => cluster.refreshMetadata(),
    partitions: (topic) => cluster.findTopicPartitionMetadata(topic).length,
    copies: (topic) =>
      cluster.findTopicPartitionMetadata(topic).map(({ leader, isr, replicas }) => ({
        inStep: leader < 0 ? 0 : isr.length,
        all: replicas.length,
      })),
    leader: async (topic, partition) => broker(leaderId(topic, partition)),
    leaderId,
    broker,
    anyBroker: () => cluster.findControllerBroker(),
    groupCoordinator: (groupId) => coordinator(groupId, GROUP),
    transactionCoordinator: (transactionalId) => coordinator(transactionalId, TRANSACTION),
    close: () => cluster.disconnect(),
  };
}
