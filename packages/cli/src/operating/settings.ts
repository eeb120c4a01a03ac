/** `rosi settings`: show and change what the workspace's attribution goes by. */
import { RosiError } from '@rosi/service-kit';
import { type ApiOptions, done, getJson, sendJson } from '../reading/api.js';
import { drawTable } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';
import { untilSettled } from './settled.js';

export async function showSettings(options: {
  readonly api: ApiOptions;
  readonly json: boolean;
  readonly terminal: Terminal;
}): Promise<0> {
  const settings = done(await getJson(options.api, '/v1/settings'), '/v1/settings');
  if (options.json) options.terminal.out(`${JSON.stringify(settings)}\n`);
  else {
    const rows = leavesOf(settings).map(([name, value]) => [name, String(value)]);
    const columns = [{ title: 'setting' }, { title: 'value', align: 'right' } as const];
    options.terminal.out(drawTable(columns, rows));
  }
  return 0;
}

/** `changes` null: all as standard. */
export async function changeSettings(options: {
  readonly api: ApiOptions;
  readonly changes: readonly string[] | null;
  readonly wait: boolean;
  readonly terminal: Terminal;
}): Promise<0> {
  const { api, changes, terminal } = options;
  let next: object = {};
  if (changes !== null) {
    next = done(await getJson(api, '/v1/settings'), '/v1/settings');
    for (const change of changes) next = withChange(next, change);
  }
  done(await sendJson(api, 'PUT', '/v1/settings', next), '/v1/settings');
  if (options.wait) await untilSettled(api, terminal);
  terminal.err(
    options.wait
      ? 'rosi: the settings hold for every order\n'
      : 'rosi: the settings are taken; orders are evaluated again (rosi status)\n',
  );
  return 0;
}

function withChange(settings: object, change: string): object {
  const [, path, text] = /^([a-z_.]+)=(.+)$/.exec(change) ?? [];
  const value = Number(text);
  if (path === undefined || text === undefined || text.trim() === '' || Number.isNaN(value)) {
    throw new RosiError(
      'ROSI_USAGE_INVALID',
      `${JSON.stringify(change)} is no change: write name=number, half_life_days=3 for example.`,
    );
  }
  return setAt(settings, path.split('.'), value);
}

/** A name that is not known goes along: the product tells which ones are. */
function setAt(settings: object, [name = '', ...rest]: readonly string[], value: number): object {
  const entries = new Map<string, unknown>(Object.entries(settings));
  const inner = entries.get(name);
  const isGroup = typeof inner === 'object' && inner !== null;
  entries.set(name, rest.length === 0 ? value : setAt(isGroup ? inner : {}, rest, value));
  return Object.fromEntries(entries);
}

function leavesOf(settings: object, prefix = ''): [string, unknown][] {
  return Object.entries(settings).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null
      ? leavesOf(value, `${prefix}${name}.`)
      : [[prefix + name, value]],
  );
}
