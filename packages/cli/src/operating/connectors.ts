/**
 * `rosi connector add|list|remove`: the connectors in connectors.json of the data folder. What is
 * written has been read as the next start will read it; a secret comes by a variable or the
 * standard input, never by a flag, which other users of the machine could see, and is never shown.
 */
import type { ConnectorEntry } from '@rosi/connectors';
import { connectorsOf, connectorsPath, readConnectorsFile } from '../start/connectors.js';
import type { Terminal } from '../terminal/terminal.js';
import { parseSettings, type StatedEntry, writeList, wrongUse } from './stated-entry.js';

const page = 'docs/connect/connectors.md';

interface ConnectorCommand {
  readonly dataDir: string;
  readonly terminal: Terminal;
}

/** A new connector; of one that is there, another secret or other settings where they are given. */
export function addConnector({ dataDir, terminal }: ConnectorCommand, added: StatedEntry): void {
  const entries = read(dataDir);
  const there = entries.find(({ id }) => id === added.id);
  if (there !== undefined && there.source !== added.source) {
    throw wrongUse(`Connector ${added.id} is one of ${there.source}: choose another id.`);
  }
  const settings =
    added.settings === null ? (there?.settings ?? {}) : parseSettings(added.settings, page);
  const secret = added.secret ?? there?.secret ?? null;
  const entry = { id: added.id, source: added.source, secret, settings };
  write(dataDir, [...entries.filter((other) => other !== there), entry], 'connector.added', entry);
  terminal.out(`${added.id}  ${added.source}\n`);
  terminal.err(later);
}

/** One line a connector. */
export function listConnectors({ dataDir, terminal }: ConnectorCommand): void {
  for (const { id, source, secret } of read(dataDir)) {
    terminal.out(`${id}  ${source}${secret === null ? '' : '  with a secret'}\n`);
  }
}

/** Its cursor stays, so that one added again under the same id goes on where it was. */
export function removeConnector({ dataDir, terminal }: ConnectorCommand, id: string): void {
  const entries = read(dataDir);
  const there = entries.find((entry) => entry.id === id);
  if (there === undefined) throw wrongUse(`There is no connector ${id}; \`rosi connector list\`.`);
  const left = entries.filter((entry) => entry !== there);
  write(dataDir, left, 'connector.removed', there);
  terminal.err(later);
}

const later = 'rosi: it counts from the next start of `rosi start` on\n';

function read(dataDir: string): readonly ConnectorEntry[] {
  const text = readConnectorsFile(dataDir);
  return text === null ? [] : connectorsOf(text, connectorsPath(dataDir));
}

function write(
  dataDir: string,
  entries: readonly (Omit<ConnectorEntry, 'settings'> & { settings: unknown })[],
  action: string,
  { source, id }: Pick<ConnectorEntry, 'source' | 'id'>,
): void {
  const stated = entries.map(({ secret, ...entry }) =>
    secret === null ? entry : { ...entry, secret },
  );
  const path = connectorsPath(dataDir);
  writeList({ path, list: { connectors: stated }, check: connectorsOf }, { action, source, id });
}
