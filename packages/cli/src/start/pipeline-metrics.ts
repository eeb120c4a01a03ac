/**
 * The pipeline's metrics: how far each stage is, what became of records, which parts are ready, read
 * at each scrape; and how long commits and inserts took, as the threads tell it. Labels are closed
 * lists of ours: stages, parts, processors, reasons.
 */
import type { PartReadiness } from '@rosi/collector';
import { createMetrics } from '@rosi/service-kit';
import type { OutcomeCounts } from '@rosi/streams';
import type { PipelineProgress } from './pipeline-status.js';

export interface PipelineFacts {
  /** Of the whole; null: this process does not tell it, or can't now. */
  readonly pipeline: {
    readonly progress: PipelineProgress;
    readonly outcomes: readonly OutcomeCounts[];
  } | null;
  /** Of this process. */
  readonly parts: readonly PartReadiness[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What is read at a scrape, as Prometheus text. */
export function pipelineMetrics({ pipeline, parts, now }: PipelineFacts): string {
  return [
    ...(pipeline === null ? [] : progressFamilies(pipeline, now)),
    family(
      'rosi_part_ready',
      'gauge',
      '1 when a part is ready, as /health/ready tells it.',
      parts.map(({ part, ready }) => [{ part }, ready ? 1 : 0]),
    ),
    '',
  ].join('\n');
}

function progressFamilies(
  { progress, outcomes }: NonNullable<PipelineFacts['pipeline']>,
  now: number,
): string[] {
  const { settled, freshThrough, stages } = progress;
  const lagMs = freshThrough === null ? 0 : Math.max(0, now - Date.parse(freshThrough));
  return [
    family('rosi_settled', 'gauge', '1 when everything accepted is stitched and loaded.', [
      [{}, settled ? 1 : 0],
    ]),
    family('rosi_settled_lag_seconds', 'gauge', 'Age of the oldest event with work pending.', [
      [{}, lagMs / 1_000],
    ]),
    family(
      'rosi_stage_lag_records',
      'gauge',
      'Records that wait before a stage.',
      stages.map(({ name, lag }) => [{ stage: name }, lag]),
    ),
    family(
      'rosi_stage_finished_records_total',
      'counter',
      'Offsets that a stage has finished; begins anew with a replay.',
      stages.map(({ name, finished }) => [{ stage: name }, finished]),
    ),
    family(
      'rosi_stitcher_records_total',
      'counter',
      'Records of the stitcher by processor, outcome and reason.',
      outcomes.map(({ count, processor, outcome, reason }) => [
        { processor, outcome, reason },
        count,
      ]),
    ),
  ];
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

function family(name: string, type: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
    return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join('\n');
}

/** What the threads measure; each name is told by exactly one of them. */
const durations: readonly (readonly [name: string, help: string])[] = [
  ['stitcher_commit_duration_seconds', 'From taking records to their durable commit.'],
  ['loader_insert_duration_seconds', 'Of one batch into ClickHouse, views included.'],
];
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export interface ThreadMetrics {
  /** Seconds, under a name of the list above. */
  observe(name: string, seconds: number): void;
  text(): Promise<string>;
}

export function threadMetrics(): ThreadMetrics {
  const metrics = createMetrics({ process: false });
  const histograms = new Map(
    durations.map(([name, help]) => [
      name,
      metrics.histogram({ name, help, buckets: durationBuckets }),
    ]),
  );
  return {
    observe(name, seconds) {
      const histogram = histograms.get(name);
      if (histogram === undefined) throw new Error(`no metric is called ${name}`);
      histogram.observe(seconds);
    },
    text: () => metrics.text(),
  };
}
