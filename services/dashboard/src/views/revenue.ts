/**
 * Revenue by post or influencer: models in columns, spend beside them, and under each amount what it
 * returned on the spend. Rows that are not shown, and credit that no row names, have rows of their
 * own, so that every column sums to the net. On a phone each row is a card; the roles keep it a
 * table for screen readers.
 */
import type { Model } from '@rosi/attribution';
import type { CatalogueNames, RevenueRow } from '@rosi/warehouse';
import { amountText, percentOf, returnText } from '../amounts.js';
import { type Choices, modelWords, tableClass } from '../choices.js';
import type { Figures, Revenue } from '../figures.js';
import { type Html, html } from '../html.js';
import { influencerName, type Name, postName } from './names.js';

interface Columns {
  readonly models: readonly Model[];
  readonly currency: string;
  /** The largest amount of a row with a key: a full bar. */
  readonly most: bigint;
}

interface Line {
  readonly id: string;
  readonly name: Name;
  readonly kind: 'keyed' | 'rest' | 'total';
  readonly credits: ReadonlyMap<string, bigint>;
  readonly spend: bigint;
}

const words = {
  post: { title: 'Revenue by post', head: 'Post', none: 'No post' },
  influencer: { title: 'Revenue by influencer', head: 'Influencer', none: 'No influencer' },
} as const;

export function revenueView(revenue: Revenue, choices: Choices, figures: Figures): Html {
  const { title, head } = words[revenue.key];
  const lines = linesOf(revenue, figures);
  const columns: Columns = {
    models: choices.models,
    currency: figures.currency,
    most: mostOf(lines, choices.models),
  };
  const id = `revenue-by-${revenue.key}`;
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
<table class="${tableClass(choices.models)}" role="table" aria-labelledby="${id}">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">${head}</th>
<th role="columnheader" scope="col" class="number">Spend</th>
${choices.models.map(
  (model) => html`<th role="columnheader" scope="col" class="number">${modelWords[model]}</th>`,
)}</tr></thead>
<tbody role="rowgroup">${lines.map((line) => lineView(line, columns))}</tbody>
</table></section>`;
}

function linesOf({ key, rows, totals }: Revenue, figures: Figures): readonly Line[] {
  const keyed = rows.filter((row) => row.key !== '');
  const none = rows.find((row) => row.key === '');
  const shown = new Map<string, bigint>();
  for (const { credits } of rows) {
    for (const [model, credit] of credits) shown.set(model, (shown.get(model) ?? 0n) + credit);
  }
  const others = new Map(
    [...totals].map(([model, all]) => [model, all - (shown.get(model) ?? 0n)]),
  );
  const spendOthers = figures.spend - rows.reduce((sum, { spend }) => sum + spend, 0n);
  const lines: Line[] = keyed.map((row) => keyedLine(key, row, figures.names));
  if (spendOthers !== 0n || [...others.values()].some((credit) => credit !== 0n)) {
    const name = { main: `Other ${key}s`, note: '' };
    lines.push({ id: `${key}-others`, name, kind: 'rest', credits: others, spend: spendOthers });
  }
  if (none !== undefined) {
    const name = {
      main: words[key].none,
      note: `touchpoints that name no ${key}, and what nothing earned`,
    };
    lines.push({ id: `${key}-none`, name, kind: 'rest', credits: none.credits, spend: none.spend });
  }
  const total = { main: 'All orders', note: '' };
  lines.push({
    id: `${key}-total`,
    name: total,
    kind: 'total',
    credits: totals,
    spend: figures.spend,
  });
  return lines;
}

function keyedLine(key: Revenue['key'], row: RevenueRow, names: CatalogueNames): Line {
  const name = key === 'post' ? postName(row.key, names) : influencerName(row.key, names);
  return {
    id: `${key}-of-${row.key}`,
    name,
    kind: 'keyed',
    credits: row.credits,
    spend: row.spend,
  };
}

const mostOf = (lines: readonly Line[], models: readonly Model[]): bigint =>
  lines
    .filter(({ kind }) => kind === 'keyed')
    .flatMap(({ credits }) => models.map((model) => credits.get(model) ?? 0n))
    .reduce((max, credit) => (credit > max ? credit : max), 0n);

function lineView(line: Line, columns: Columns): Html {
  const { name, kind, spend } = line;
  const note = name.note === '' ? null : html`<span class="note">${name.note}</span>`;
  const spent = html`<span>${spend === 0n ? '–' : amountText(spend, columns.currency)}</span>`;
  return html`<tr role="row" class="${kind}" id="${line.id}"><th role="rowheader" scope="row">${name.main}${note}</th>
<td role="cell" class="number" data-label="Spend">${spent}</td>
${columns.models.map((model) => creditView(line, model, columns))}</tr>`;
}

function creditView({ kind, credits, spend }: Line, model: Model, columns: Columns): Html {
  const credit = credits.get(model) ?? 0n;
  const returned = kind === 'keyed' ? returnText(credit, spend) : null;
  const side = returned?.startsWith('−') === true ? 'loss' : 'gain';
  const bar = html`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"
><rect width="${percentOf(credit, columns.most)}" height="4"/></svg>`;
  return html`<td role="cell" class="number" data-label="${modelWords[model]}"><span
 class="amount">${amountText(credit, columns.currency)}</span>${kind === 'keyed' ? bar : null}${
   returned === null ? null : html`<span class="return ${side}">ROSI ${returned}</span>`
 }</td>`;
}
