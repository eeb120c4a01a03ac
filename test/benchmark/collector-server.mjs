/**
 * The collector with its real, durable log, and nothing behind it, in a process of its own. Tells
 * the parent its address, and how many events the log holds when it is asked.
 */
import { startCollector } from '@rosi/collector';
import { eventsCollected } from '@rosi/events';
import { createLogger } from '@rosi/service-kit';
import { openEventLog } from '@rosi/streams-embedded';

const { dir, secretKey } = JSON.parse(process.argv[2] ?? '{}');
const log = await openEventLog({ dir });
const collector = await startCollector({
  host: '127.0.0.1',
  port: 0,
  keys: { secretKey, writeKey: 'wk_benchmark_write_0123456789' },
  workspace: 'default',
  hashKey: 'hk_benchmark_hashing_0123456789',
  ownDomains: ['shop.example'],
  // Visitors from everywhere: the limit of one address is not what is measured.
  trustedProxies: ['127.0.0.1'],
  log,
  status: async () => ({ settled: true, freshThrough: null, stages: [] }),
  ready: async () => [],
  logger: createLogger({ name: 'benchmark', level: 'warn' }),
});
process.on('message', () => {
  process.send({ stored: log.endOffset(eventsCollected.name, 0) });
});
process.once('disconnect', async () => {
  await collector.stop();
  await log.close();
  process.exit(0);
});
process.send({ url: collector.url });
