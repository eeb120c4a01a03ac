/**
 * A registry of Prometheus metrics under the prefix `rosi_`. Each process part makes its own, so
 * that tests and threads do not share counters; texts of several registries may be joined as long
 * as no metric's name stands in two of them.
 */
import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  prometheusContentType,
  Registry,
} from 'prom-client';

export { prometheusContentType };

/** A metric as the caller names it: without prefix, with its unit or `total` at the end. */
export interface MetricDeclaration<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly L[];
}

export interface Metrics {
  readonly contentType: string;
  counter<L extends string = never>(declaration: MetricDeclaration<L>): Counter<L>;
  gauge<L extends string = never>(declaration: MetricDeclaration<L>): Gauge<L>;
  histogram<L extends string = never>(
    declaration: MetricDeclaration<L> & { readonly buckets: readonly number[] },
  ): Histogram<L>;
  /** Prometheus text of everything declared here. */
  text(): Promise<string>;
}

/** `process`: also measure this process's memory, CPU and event loop (once a process). */
export function createMetrics(options: { readonly process: boolean }): Metrics {
  const registry = new Registry();
  if (options.process) collectDefaultMetrics({ register: registry, prefix: 'rosi_' });
  const complete = <L extends string>(declaration: MetricDeclaration<L>) => ({
    name: `rosi_${declaration.name}`,
    help: declaration.help,
    labelNames: [...(declaration.labels ?? [])],
    registers: [registry],
  });
  return {
    contentType: prometheusContentType,
    counter: (declaration) => new Counter(complete(declaration)),
    gauge: (declaration) => new Gauge(complete(declaration)),
    histogram: (declaration) =>
      new Histogram({ ...complete(declaration), buckets: [...declaration.buckets] }),
    text: () => registry.metrics(),
  };
}
