/**
 * Runs a topology on Kafka, as one of any number of instances. The group shares out units; each unit
 * is one partition number of processors that read the same topics, and nearly always of one.
 */
import { wire } from '@rosi/streams';
import { namedFailure } from './failure.js';
import { untilHandedOver } from './handed-over.js';
import { Instance } from './instance.js';
import type { KafkaRuntime, KafkaRuntimeOptions } from './runtime-options.js';
import { TopicNames } from './task-spec.js';
import { declareTopics, ensureTopics } from './topics.js';

const FOR_EVER = -1;

export type TopicOptions = Pick<
  KafkaRuntimeOptions,
  'kafka' | 'topology' | 'partitions' | 'prefix' | 'replicas' | 'retentionMs'
>;

/** Makes what is missing of a topology's topics, and checks the others. Throws a KafkaError. */
export async function prepareTopics(options: TopicOptions): Promise<void> {
  const names = new TopicNames(options.prefix ?? '');
  const { kafka, partitions, replicas = 1, retentionMs = FOR_EVER } = options;
  const settings = { partitions, replicas, retentionMs };
  try {
    await ensureTopics(kafka, declareTopics(wire(options.topology), names, settings));
  } catch (cause) {
    throw namedFailure(kafka, cause);
  }
}

/** Makes and checks the topics, opens the state and joins the group. Throws a KafkaError. */
export async function runKafka(options: KafkaRuntimeOptions): Promise<KafkaRuntime> {
  const names = new TopicNames(options.prefix ?? '');
  await prepareTopics(options);
  try {
    return await untilHandedOver(options.kafka, () => started(new Instance(options, names)));
  } catch (cause) {
    throw namedFailure(options.kafka, cause);
  }
}

async function started(instance: Instance): Promise<Instance> {
  try {
    await instance.start();
    return instance;
  } catch (error) {
    await instance.stop();
    throw error;
  }
}
