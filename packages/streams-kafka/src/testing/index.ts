export { type LocalBroker, type LocalBrokerOptions, startLocalBroker } from './local-broker.js';
export { startTestKafka, type TestKafka } from './test-kafka.js';
export { makeTopics, readTopic, readValues, removeTopics, writeTopic } from './test-topics.js';
