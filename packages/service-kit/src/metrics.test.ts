import { expect, test } from 'vitest';
import { createMetrics } from './metrics.js';

test('metrics stand in the text under the prefix, with their labels', async () => {
  const metrics = createMetrics({ process: false });
  const events = metrics.counter({ name: 'events_total', help: 'Events.', labels: ['outcome'] });
  events.inc({ outcome: 'accepted' }, 3);
  metrics.gauge({ name: 'queued_bytes', help: 'Bytes.' }).set(7);
  metrics.histogram({ name: 'wait_seconds', help: 'Wait.', buckets: [1] }).observe(0.5);
  const text = await metrics.text();
  expect(text).toContain('rosi_events_total{outcome="accepted"} 3');
  expect(text).toContain('rosi_queued_bytes 7');
  expect(text).toContain('rosi_wait_seconds_bucket{le="1"} 1');
});

test('registries do not share metrics', async () => {
  const declaration = { name: 'same_total', help: 'Same.' };
  createMetrics({ process: false }).counter(declaration).inc();
  const other = createMetrics({ process: false });
  other.counter(declaration);
  expect(await other.text()).toContain('rosi_same_total 0');
});

test('the process is measured when asked', async () => {
  expect(await createMetrics({ process: true }).text()).toContain('rosi_process_cpu');
});
