/** The report of `rosi check` for people. */
import { withoutControls } from '../terminal/table.js';
import type { CheckReport } from './check-report.js';

const motion =
  'Work went on meanwhile: figures may have been in motion. Check again when nothing is accepted, ' +
  'or with a longer --wait.\n';
const noLog =
  'The tables were not held against the log: set ROSI_DATA_DIR (or --data-dir) to the folder of the ' +
  'loader, and ROSI_KAFKA_BROKERS where the log is in Kafka.\n';

export function checkText(report: CheckReport): string {
  const off = report.checks.filter(({ count }) => count > 0);
  const rows = off.reduce((sum, { count }) => sum + count, 0);
  const head = report.clean
    ? `${report.checks.length} checks, nothing is off.\n`
    : `${off.length} of ${report.checks.length} checks found ${rows} row${rows === 1 ? '' : 's'} off.\n`;
  const remedies = new Set(off.map(({ remedy }) => remedy ?? ''));
  return [
    head,
    ...off.map(offText),
    ...[...remedies].map((remedy) => `\nWhat to do: ${remedy}.\n`),
    report.in_motion ? `\n${motion}` : '',
    report.log_checked ? '' : `\n${noLog}`,
  ].join('');
}

function offText({ check, law, count, findings }: CheckReport['checks'][number]): string {
  const lines = findings.map(({ table, key, found, expected }) => {
    const named = Object.entries(key).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
    return withoutControls(`  ${table}: ${named.join(', ')}: found ${found}; due ${expected}`);
  });
  const rest = count - findings.length;
  const more = rest > 0 ? [`  and ${rest} more`] : [];
  return `\n${check} (${law}):\n${[...lines, ...more].join('\n')}\n`;
}
