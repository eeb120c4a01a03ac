import { readFileSync } from 'node:fs';
import type { Touch } from '@rosi/events';
import { describe, expect, test } from 'vitest';
import { unattributedTouch } from './credit-order.js';
import {
  explainOrder,
  type ModelVerdict,
  modelRefusals,
  type Receipt,
  touchRefusals,
} from './explain-order.js';
import { models } from './models.js';
import { readSettings } from './settings.js';

/** Executes the examples of the page: each "Order:" line with the table that follows it. */
const page = readFileSync(new URL('../../../docs/attribution.md', import.meta.url), 'utf8');
const examples = [
  ...page.matchAll(/(?:Settings: `(.*)`\n\n)?Order: (\S+), net (\S+)\n\n((?:\|.*\n)+)/g),
].map(([, stated = '{}', orderedAt = '', net = '', table = '']) => ({
  stated,
  orderedAt: Date.parse(orderedAt),
  net: minorUnits(net),
  rows: rowsOf(table),
}));

function minorUnits(amount: string): number {
  expect(amount).toMatch(/^\d+\.\d\d$/);
  return Number(amount.replace('.', ''));
}

function rowsOf(table: string): Record<string, string>[] {
  const cellsOf = (line: string): string[] => {
    const cells = line.split('|').slice(1, -1);
    return cells.map((cell) => cell.trim());
  };
  const [header = '', , ...lines] = table.trimEnd().split('\n');
  const names = cellsOf(header);
  return lines.map((line) => {
    const cells = cellsOf(line);
    return Object.fromEntries(names.map((name, at) => [name, cells[at] ?? '']));
  });
}

function touchOf(row: Record<string, string>): Touch {
  return {
    ...unattributedTouch(Date.parse(row['time'] ?? '')),
    touchpointId: row['touchpoint'] ?? '',
    type: row['type'] ?? '',
    medium: row['medium'] ?? '',
  };
}

/** What the receipt says where the page has a cell. */
function cellOf(receipt: Receipt, touchpointId: string, column: string): string {
  const [model = '', share] = column.split(' ');
  const verdict = receipt.touches.find((each) => each.touch.touchpointId === touchpointId);
  if (verdict !== undefined && !verdict.eligible) return verdict.reason;
  const verdicts: readonly ModelVerdict[] = verdict?.models ?? receipt.unattributed;
  const found = verdicts.find((each) => each.model === model);
  if (!found?.credited) return found?.reason ?? 'no such model';
  return share === undefined ? (found.credit / 100).toFixed(2) : (found.share / 1e12).toFixed(12);
}

describe('docs/attribution.md', () => {
  test('has examples', () => {
    expect(examples.length).toBe((page.match(/^Order: /gm) ?? []).length);
    expect(examples.length).toBeGreaterThan(10);
  });

  test.each(examples)('example %#', ({ stated, orderedAt, net, rows }) => {
    const reading = readSettings(JSON.parse(stated));
    if (!reading.ok) throw new Error(reading.problems.join());
    const touches = rows.filter((row) => row['touchpoint'] !== 'unattributed').map(touchOf);
    const receipt = explainOrder({ orderedAt, net, touches, settings: reading.settings });
    for (const row of rows) {
      const { touchpoint = '', type, medium, time, ...cells } = row;
      const said = Object.keys(cells).map((column) => [
        column,
        cellOf(receipt, touchpoint, column),
      ]);
      expect({ touchpoint, ...Object.fromEntries(said) }).toEqual({ touchpoint, ...cells });
    }
  });

  test('every model of every example adds up', () => {
    for (const { net, rows } of examples) {
      for (const model of models) {
        const cells = rows.map((row) => row[model] ?? '').filter((cell) => /\d/.test(cell));
        const sum = cells.map(minorUnits).reduce((a, b) => a + b, 0);
        if (cells.length > 0) expect(sum).toBe(net);
      }
    }
  });

  test('names every reason, and no other', () => {
    const [, table = ''] = /^\| reason \|.*\n\|.*\n((?:\|.*\n)+)/m.exec(page) ?? [];
    const named = [...table.matchAll(/^\| (\w+) \|/gm)].map(([, reason]) => reason);
    expect(named).toEqual([...touchRefusals, ...modelRefusals]);
  });
});
