/**
 * Dashboards, rules and runbooks against the running product: every panel's query gives rows, as
 * the analyst's account and to the cent; every metric asked for is there; every alert has its page.
 */

import { currencyDigits } from '@rosi/events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, removeDataDir, startProduct } from '../harness/product.js';
import { type ServerWithAccounts, startServerWithAccounts } from './clickhouse-accounts.js';
import { alertRules, compose, dashboards, filesIn, textOf, yamlOf } from './files.js';
import { filledIn, openedWith, type Values } from './grafana-sql.js';
import { askedBy, type Sample, type Selector, samplesOf } from './promql.js';
import { shopEvents } from './shop-events.js';

const startMsMax = 180_000;
const range = { from: new Date('2024-05-01T00:00:00Z'), to: new Date('2024-05-31T00:00:00Z') };
let server: ServerWithAccounts;
let product: Product;
let samples: readonly Sample[];

/** Its provider is never there; its metrics are. */
const connectors = [
  {
    id: 'brand',
    source: 'bluesky',
    settings: {
      accounts: [{ did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', handle: 'brand.example' }],
      jetstream: 'ws://127.0.0.1:1',
    },
  },
];

beforeAll(async () => {
  server = await startServerWithAccounts();
  product = await startProduct({
    env: { ROSI_CLICKHOUSE_URL: server.loaderUrl, ROSI_CONNECTORS: JSON.stringify({ connectors }) },
  });
  const { rejected } = await product.post(shopEvents);
  expect(rejected).toHaveLength(1);
  await product.settle();
  samples = samplesOf((await product.request('/metrics')).body);
}, startMsMax);
afterAll(async () => {
  await product?.kill();
  await server?.stop();
  if (product !== undefined) await removeDataDir(product.dataDir);
}, startMsMax);

type Row = Readonly<Record<string, unknown>>;
async function rowsOf(sql: string): Promise<Row[]> {
  const settings = { output_format_json_quote_64bit_integers: '0' };
  const text = await server.ask('rosi_analyst', `${sql}\nFORMAT JSONEachRow`, settings);
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Row);
}
const firstOf = async (sql: string) => String(Object.values((await rowsOf(sql))[0] ?? {})[0]);

const panels = dashboards.flatMap((dashboard) =>
  dashboard.panels.flatMap((panel) =>
    panel.targets.map((target) => ({ dashboard, panel, target, title: panel.title })),
  ),
);
const asked = panels.filter(({ target }) => target.rawSql !== undefined);
const measured = panels.filter(({ target }) => target.expr !== undefined);

describe.each([{}, { currency: 'JPY', model: 'last_touch' }])('with %o', (stated: Values) => {
  it.each(asked)('$title has rows', async ({ dashboard, target }) => {
    const values = await openedWith(dashboard, range, stated, firstOf);
    const rows = await rowsOf(filledIn(target.rawSql ?? '', values, range));
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(Object.values(row)).not.toContain(undefined);
  });
});

describe('the figures', () => {
  const panelNamed = (name: string) => asked.find(({ title }) => title.startsWith(name))!;
  const read = async (name: string, stated: Values) => {
    const { dashboard, target } = panelNamed(name);
    const values = await openedWith(dashboard, range, stated, firstOf);
    return rowsOf(filledIn(target.rawSql ?? '', values, range));
  };
  const euros = { currency: 'EUR', model: 'linear' };

  it('are major units by the digits of the currency', async () => {
    expect(await read('Net revenue', euros)).toEqual([{ revenue: 179.9 }]);
    expect(await read('Net revenue', { ...euros, currency: 'JPY' })).toEqual([{ revenue: 1500 }]);
    expect(await read('Net revenue', { ...euros, currency: 'KWD' })).toEqual([{ revenue: 1.234 }]);
  });
  it('are those of each post and influencer', async () => {
    expect(await read('Posts', euros)).toEqual([
      expect.objectContaining({ post_id: 'p-1', platform: 'mastodon', revenue: 129.9, orders: 1 }),
      expect.objectContaining({ post_id: '', revenue: 50, orders: 1 }),
    ]);
    expect(await read('Influencers', euros)).toEqual([
      expect.objectContaining({ influencer_id: 'ada', name: 'Ada', revenue: 129.9, rate: 0.1 }),
      expect.objectContaining({ influencer_id: '', revenue: 50, rate: null, commission: null }),
    ]);
    expect(await read('Credited to posts', euros)).toEqual([{ share: 129.9 / 179.9 }]);
  });
  it('are empty outside of the time range', async () => {
    const { dashboard, target } = panelNamed('Posts');
    const later = { from: new Date('2024-06-01T00:00:00Z'), to: new Date('2024-06-30T00:00:00Z') };
    const values = await openedWith(dashboard, later, euros, firstOf);
    expect(await rowsOf(filledIn(target.rawSql ?? '', values, later))).toEqual([]);
  });
  it('know the digits of every currency that the product takes', async () => {
    const digits = panelNamed('Posts').dashboard.templating.list.find(
      ({ name }) => name === 'digits',
    );
    const codes = Intl.supportedValuesOf('currency').filter(
      (code) => currencyDigits(code) !== undefined,
    );
    expect(codes.length).toBeGreaterThan(140);
    const queries = codes.map((currency) => filledIn(digits?.query ?? '', { currency }, range));
    const one = queries.map((query, at) => `SELECT '${codes[at]}' AS code, (${query}) AS digits`);
    const found = await rowsOf(one.join(' UNION ALL '));
    const expected = codes.map((code) => ({ code, digits: currencyDigits(code) }));
    expect(found.toSorted((a, b) => (String(a['code']) < String(b['code']) ? -1 : 1))).toEqual(
      expected,
    );
  });
});

/** Made by Prometheus itself for each target. */
const ofPrometheus = new Set(['up']);
/** Labels that Prometheus adds. */
const addedLabels = new Set(['job', 'instance']);

function matches({ labels }: Sample, { matchers }: Selector): boolean {
  return matchers
    .filter(({ label, operator }) => operator === '=' && !addedLabels.has(label))
    .every(({ label, value }) => labels[label] === value);
}

function expectAnswered(expression: string): void {
  const { selectors, grouping } = askedBy(expression);
  expect(selectors.length).toBeGreaterThan(0);
  for (const selector of selectors.filter(({ metric }) => !ofPrometheus.has(metric))) {
    const ofMetric = samples.filter(({ metric }) => metric === selector.metric);
    expect(
      ofMetric.some((sample) => matches(sample, selector)),
      expression,
    ).toBe(true);
    const labels = [...selector.matchers.map(({ label }) => label), ...grouping];
    for (const label of labels.filter((label) => !addedLabels.has(label))) {
      expect(Object.keys(ofMetric[0]?.labels ?? {}), `${label} of ${expression}`).toContain(label);
    }
  }
}

describe('metrics of dashboards', () => {
  it.each(measured)('$title: $target.expr', ({ target }) => expectAnswered(target.expr ?? ''));
  it('tell of the work that was done', () => {
    const sumOf = (metric: string) =>
      samples.reduce((sum, one) => sum + (one.metric === metric ? one.value : 0), 0);
    expect(sumOf('rosi_stitcher_commit_duration_seconds_count')).toBeGreaterThan(0);
    expect(sumOf('rosi_loader_insert_duration_seconds_count')).toBeGreaterThan(0);
    expect(sumOf('rosi_loader_insert_duration_seconds_sum')).toBeGreaterThan(0);
    const stitched = samples.find(
      ({ metric, labels }) =>
        metric === 'rosi_stage_finished_records_total' && labels['stage'] === 'stitcher',
    );
    expect(stitched?.value).toBe(shopEvents.length - 1);
    expect(sumOf('rosi_settled')).toBe(1);
    expect(sumOf('rosi_settled_lag_seconds')).toBe(0);
    expect(sumOf('rosi_stage_lag_records')).toBe(0);
  });
  it('a metric, label or value that is not there is noticed', () => {
    expect(() => expectAnswered('rosi_unknown')).toThrow();
    expect(() => expectAnswered('sum by (unknown) (rosi_settled)')).toThrow();
    expect(() => expectAnswered('rosi_part_ready{part="unknown"}')).toThrow();
    expect(() => expectAnswered('rosi_part_ready{part="clickhouse"')).toThrow(/no PromQL/);
  });
});

describe('alerts', () => {
  const pageOf = (alert: string) =>
    `docs/runbooks/${alert.replaceAll(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.md`;
  it.each(alertRules)('$alert asks for what is there, and has its runbook', (rule) => {
    expectAnswered(rule.expr);
    expect(rule.labels['severity']).toMatch(/^(critical|warning)$/);
    expect(rule.annotations).toMatchObject({
      summary: expect.any(String),
      description: expect.any(String),
      runbook: pageOf(rule.alert),
    });
    const page = textOf(pageOf(rule.alert));
    for (const part of [`# ${rule.alert}`, '## Meaning', '## How to look', '## What to do']) {
      expect(page).toContain(part);
    }
  });
  it('every runbook is of an alert', () => {
    const pages = alertRules.map(({ alert }) => pageOf(alert));
    expect(filesIn('docs/runbooks').sort()).toEqual([...pages, 'docs/runbooks/README.md'].sort());
    for (const page of pages) {
      expect(textOf('docs/runbooks/README.md')).toContain(`(${page.split('/').at(-1)})`);
    }
  });
});

describe('provisioning', () => {
  const { datasources } = yamlOf('infra/grafana/provisioning/datasources/rosi.yml') as {
    datasources: { uid: string; type: string }[];
  };
  it('has the data sources of every panel, and Grafana the plugins', () => {
    const known = datasources.map(({ uid, type }) => `${type} ${uid}`);
    for (const { panel } of panels) {
      expect(known).toContain(`${panel.datasource.type} ${panel.datasource.uid}`);
    }
    const { environment = {} } = compose.services['grafana'] ?? { image: '' };
    expect(environment['GF_PLUGINS_PREINSTALL_SYNC']).toMatch(/^grafana-clickhouse-datasource@\d/);
    const used = textOf('infra/grafana/provisioning/datasources/rosi.yml').match(
      /(?<=: \$)[A-Z_]+/g,
    );
    expect(used).not.toBeNull();
    for (const name of used ?? []) expect(Object.keys(environment)).toContain(name);
  });
  it('shows the dashboards from where they are mounted', () => {
    const providers = textOf('infra/grafana/provisioning/dashboards/rosi.yml');
    expect(providers).toContain('path: /etc/rosi/dashboards');
    const mounts = compose.services['grafana']?.volumes ?? [];
    expect(mounts).toContain('./infra/grafana/dashboards:/etc/rosi/dashboards:ro');
  });
  it('gives panels a place of their own and a description', () => {
    for (const { panels: all } of dashboards) {
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
      for (const { description } of all) expect(description).toMatch(/\.$/);
      for (const { gridPos } of all) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    }
  });
  it('has Prometheus scrape every process of ROSI and read the rules', () => {
    const ofImage = Object.entries(compose.services).flatMap(([name, { image }]) =>
      image.startsWith('rosi:') ? [name] : [],
    );
    expect(yamlOf('infra/prometheus/prometheus.yml')).toMatchObject({
      rule_files: ['/etc/prometheus/rules/*.yml'],
      scrape_configs: expect.arrayContaining([
        expect.objectContaining({
          job_name: 'rosi',
          dns_sd_configs: [expect.objectContaining({ names: ofImage, type: 'A', port: 8080 })],
        }),
      ]),
    });
  });
});
