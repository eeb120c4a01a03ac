/** PromQL by Prometheus's own grammar: which series an expression asks for. */
import { parser } from '@prometheus-io/lezer-promql';

export interface Matcher {
  readonly label: string;
  /** `=`, `!=`, `=~` or `!~`. */
  readonly operator: string;
  readonly value: string;
}
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}
export interface Asked {
  readonly selectors: readonly Selector[];
  /** Labels of `by (…)`. */
  readonly grouping: readonly string[];
}

/** Throws when it is no PromQL. Grafana's own variables count as a minute. */
export function askedBy(expression: string): Asked {
  const text = expression.replaceAll('$__rate_interval', '1m');
  const selectors: { metric: string; matchers: Matcher[] }[] = [];
  const grouping: string[] = [];
  let label = '';
  let operator = '';
  parser.parse(text).iterate({
    enter({ type, from, to, node }) {
      const own = text.slice(from, to);
      if (type.isError) throw new Error(`no PromQL at ${from}: ${text}`);
      if (type.name === 'VectorSelector') selectors.push({ metric: '', matchers: [] });
      if (type.name === 'Identifier') selectors.at(-1)!.metric = own;
      if (type.name === 'MatchOp') operator = own;
      if (type.name === 'LabelName' && node.parent?.name === 'GroupingLabels') grouping.push(own);
      else if (type.name === 'LabelName') label = own;
      if (type.name === 'StringLiteral') {
        selectors.at(-1)!.matchers.push({ label, operator, value: own.slice(1, -1) });
      }
    },
  });
  return { selectors, grouping };
}

export interface Sample {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of a page in Prometheus's text format. */
export function samplesOf(page: string): Sample[] {
  return page.split('\n').flatMap((line) => {
    const [, metric, inner = '', value] =
      /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (metric === undefined) return [];
    const pairs = [...inner.matchAll(/([a-z_]+)="([^"]*)"/g)];
    const labels = Object.fromEntries(pairs.map(([, name, text]) => [name, text]));
    return [{ metric, labels, value: Number(value) }];
  });
}
