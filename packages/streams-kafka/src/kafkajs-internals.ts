/**
 * The parts of kafkajs below its public doors. Its consumer and producer lose exactness (aborted
 * records leak, an offset out of range is passed over, a failed send is repeated blindly), so this
 * package speaks the protocol through kafkajs's connections. kafkajs is pinned and no longer
 * changes; what is used of it is described here, and nothing else of its inside is touched.
 */
import { createRequire } from 'node:module';
import type { KafkaConfig, logLevel } from 'kafkajs';

export interface TopicPartitions<T> {
  readonly topic: string;
  readonly partitions: readonly T[];
}

export interface GroupMemberMetadata {
  readonly memberId: string;
  readonly memberMetadata: Buffer;
}

export interface ProducedMessage {
  readonly key: Buffer;
  readonly value: Buffer | null;
  /** Milliseconds. */
  readonly timestamp: number;
}

/** Of a produce request. */
export interface ProduceAnswer {
  readonly topics: readonly {
    readonly topicName: string;
    readonly partitions: readonly { readonly partition: number; readonly baseOffset: string }[];
  }[];
}

/** What makes a value of an answer's bytes, and throws what the value tells. */
export interface ResponseReader {
  decode(payload: Buffer): Promise<object>;
  parse(decoded: object): Promise<object>;
}

/** A connection to one broker. Methods throw kafkajs's errors, with the protocol's name as `type`. */
export interface Broker {
  readonly nodeId: number;
  readonly connectionPool: {
    getConnection(index: number): Promise<unknown>;
    send(exchange: {
      readonly request: object;
      readonly response: ResponseReader;
    }): Promise<unknown>;
  };
  disconnect(): Promise<void>;
  initProducerId(request: {
    readonly transactionalId: string | undefined;
    readonly transactionTimeout: number;
  }): Promise<{ readonly producerId: string; readonly producerEpoch: number }>;
  addPartitionsToTxn(request: {
    readonly transactionalId: string;
    readonly producerId: string;
    readonly producerEpoch: number;
    readonly topics: readonly TopicPartitions<number>[];
  }): Promise<unknown>;
  endTxn(request: {
    readonly transactionalId: string;
    readonly producerId: string;
    readonly producerEpoch: number;
    readonly transactionResult: boolean;
  }): Promise<unknown>;
  listOffsets(request: {
    readonly replicaId: number;
    readonly isolationLevel: number;
    readonly topics: readonly TopicPartitions<{
      readonly partition: number;
      readonly timestamp: number;
    }>[];
  }): Promise<{
    readonly responses: readonly TopicPartitions<{
      readonly partition: number;
      readonly offset: string;
    }>[];
  }>;
  joinGroup(request: {
    readonly groupId: string;
    readonly sessionTimeout: number;
    readonly rebalanceTimeout: number;
    readonly memberId: string;
    readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  }): Promise<{
    readonly generationId: number;
    readonly leaderId: string;
    readonly memberId: string;
    readonly members: readonly GroupMemberMetadata[];
  }>;
  syncGroup(request: {
    readonly groupId: string;
    readonly generationId: number;
    readonly memberId: string;
    readonly groupAssignment: readonly {
      readonly memberId: string;
      readonly memberAssignment: Buffer;
    }[];
  }): Promise<{ readonly memberAssignment: Buffer }>;
  heartbeat(request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
  }): Promise<unknown>;
  leaveGroup(request: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
  offsetCommit(request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
    readonly topics: readonly TopicPartitions<{
      readonly partition: number;
      readonly offset: string;
    }>[];
  }): Promise<unknown>;
  offsetFetch(request: {
    readonly groupId: string;
    readonly topics: readonly TopicPartitions<{ readonly partition: number }>[];
  }): Promise<{
    readonly responses: readonly TopicPartitions<{
      readonly partition: number;
      readonly offset: string;
    }>[];
  }>;
  deleteRecords(request: {
    readonly topics: readonly TopicPartitions<{
      readonly partition: number;
      readonly offset: string;
    }>[];
  }): Promise<unknown>;
}

export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isConnected(): boolean;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadata(): Promise<void>;
  findBroker(which: { readonly nodeId: number }): Promise<Broker>;
  findControllerBroker(): Promise<Broker>;
  findTopicPartitionMetadata(topic: string): readonly {
    readonly partitionId: number;
    readonly leader: number;
    readonly replicas: readonly number[];
    /** The copies that are in step. */
    readonly isr: readonly number[];
  }[];
  findGroupCoordinator(which: {
    readonly groupId: string;
    readonly coordinatorType: number;
  }): Promise<Broker>;
}

export interface ClusterOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: KafkaConfig['ssl'];
  readonly sasl?: KafkaConfig['sasl'];
  readonly retry: { readonly retries: number; readonly initialRetryTime: number };
  readonly connectionTimeout: number;
  readonly authenticationTimeout: number;
  readonly reauthenticationThreshold: number;
  readonly requestTimeout: number;
  readonly enforceRequestTimeout: boolean;
  readonly metadataMaxAge: number;
  readonly allowAutoTopicCreation: boolean;
}

type Log = (entry: { readonly level: number; readonly log: { readonly message: string } }) => void;

const require = createRequire(import.meta.url);
const inside = (path: string): unknown => require(`kafkajs/src/${path}`);

// What kafkajs exports inside carries no types; the interfaces above describe it as of 2.2.4.
const ClusterClass = inside('cluster') as new (
  options: ClusterOptions & { readonly logger: object; readonly socketFactory: object },
) => Cluster;
const { createLogger } = inside('loggers') as {
  createLogger(options: { readonly level: logLevel; logCreator(): Log }): object;
};
const createSocketFactory = inside('network/socketFactory') as () => object;
/** Encodes a fetch request of version 11. */
export const encodeFetch = inside('protocol/requests/fetch/v11/request') as (request: {
  readonly replicaId: number;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly isolationLevel: number;
  readonly topics: readonly TopicPartitions<{
    readonly partition: number;
    readonly fetchOffset: number;
    readonly maxBytes: number;
  }>[];
}) => object;
/** Of a produce request of version 7. */
export const produceResponse = inside('protocol/requests/produce/v7/response') as ResponseReader;
/** The protocol's error of a number. */
export const errorFromCode = (
  inside('protocol/error') as {
    createErrorFromCode(code: number): Error & { readonly type: string };
  }
).createErrorFromCode;

const LOG_WARNINGS = 2;

/** `onLog` gets kafkajs's own warnings and errors. */
export function createCluster(
  options: ClusterOptions,
  onLog: ((message: string) => void) | undefined,
): Cluster {
  const level: logLevel = onLog === undefined ? 0 : LOG_WARNINGS;
  const logger = createLogger({
    level,
    logCreator:
      () =>
      ({ log }) =>
        onLog?.(log.message),
  });
  return new ClusterClass({ ...options, logger, socketFactory: createSocketFactory() });
}
