import { expect, it } from 'vitest';
import { pipelineMetrics, threadMetrics } from './pipeline-metrics.js';

const now = Date.parse('2026-03-01T10:00:30Z');
const stage = { name: 'stitcher', lastOffset: 6, lag: 3, outcomes: {}, finished: 7 };

it('tells how far each stage is, what became of records and which parts are ready', () => {
  const text = pipelineMetrics({
    pipeline: {
      progress: { settled: false, freshThrough: '2026-03-01T10:00:00.000Z', stages: [stage] },
      outcomes: [{ processor: 'repeats', outcome: 'drop', reason: 'repeat', count: 4 }],
    },
    parts: [
      { part: 'event_log', ready: true },
      { part: 'clickhouse', ready: false },
    ],
    now,
  });
  const samples = text.split('\n').filter((line) => !line.startsWith('#'));
  expect(samples).toEqual([
    'rosi_settled 0',
    'rosi_settled_lag_seconds 30',
    'rosi_stage_lag_records{stage="stitcher"} 3',
    'rosi_stage_finished_records_total{stage="stitcher"} 7',
    'rosi_stitcher_records_total{processor="repeats",outcome="drop",reason="repeat"} 4',
    'rosi_part_ready{part="event_log"} 1',
    'rosi_part_ready{part="clickhouse"} 0',
    '',
  ]);
});

it('has no lag once settled, nor a negative one when clocks disagree', () => {
  const lag = (freshThrough: string | null) =>
    pipelineMetrics({
      pipeline: {
        progress: { settled: freshThrough === null, freshThrough, stages: [] },
        outcomes: [],
      },
      parts: [],
      now,
    });
  expect(lag(null)).toContain('rosi_settled_lag_seconds 0\n');
  expect(lag('2026-03-01T10:00:31.000Z')).toContain('rosi_settled_lag_seconds 0\n');
});

it('gathers what the threads measure, under names that it knows', async () => {
  const metrics = threadMetrics();
  metrics.observe('stitcher_commit_duration_seconds', 0.02);
  const text = await metrics.text();
  expect(text).toContain('rosi_stitcher_commit_duration_seconds_bucket{le="0.01"} 0');
  expect(text).toContain('rosi_stitcher_commit_duration_seconds_bucket{le="0.025"} 1');
  expect(text).toContain('rosi_loader_insert_duration_seconds_count 0');
  expect(() => metrics.observe('unknown_seconds', 1)).toThrow(/unknown_seconds/);
});
