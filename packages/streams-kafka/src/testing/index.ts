export { type BareLoopOptions, fillTopic, runBareLoop } from './bare-loop.js';
export { freePort } from './broker-process.js';
export { brokersOf, type Roles, topicSetting, untilInSync } from './brokers-of.js';
export { type FilledChangelog, fillChangelog } from './fill-changelog.js';
export { type InterleavedProducers, openInterleaved, type Sent } from './interleaved.js';
export {
  END_TRANSACTION,
  type KafkaProxy,
  type ProxiedRequest,
  startKafkaProxy,
} from './kafka-proxy.js';
export { type LocalBroker, type LocalBrokerOptions, startLocalBroker } from './local-broker.js';
export { type LocalCluster, startLocalCluster } from './local-cluster.js';
export { orSkipped, type TestKafka, testKafka } from './test-kafka.js';
export {
  makePlainTopics,
  makeTopics,
  offsetsGiven,
  readTopic,
  readValues,
  removeRecords,
  removeTopics,
  setTopic,
  writeTopic,
} from './test-topics.js';
