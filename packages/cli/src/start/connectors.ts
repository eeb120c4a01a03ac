/** The connectors: ROSI_CONNECTORS, else connectors.json of the data folder, else none. */
import { join } from 'node:path';
import { type ConnectorEntry, readConnectors } from '@rosi/connectors';
import { parsePrivateJson, readPrivateFile, toldProblems } from './private-json.js';

const CONNECTORS_FILE = 'connectors.json';
const page = 'docs/connect/connectors.md';

/** Throws a RosiError with exit code 2 that tells all problems. */
export function readConnectorEntries(
  dataDir: string,
  stated: string | null,
): readonly ConnectorEntry[] {
  if (stated !== null) return connectorsOf(stated, 'ROSI_CONNECTORS (set)');
  const text = readConnectorsFile(dataDir);
  return text === null ? [] : connectorsOf(text, connectorsPath(dataDir));
}

export const connectorsPath = (dataDir: string) => join(dataDir, CONNECTORS_FILE);

/** The file's text; null: there is none. */
export const readConnectorsFile = (dataDir: string) =>
  readPrivateFile(connectorsPath(dataDir), page);

/** `place` names the text in messages. */
export function connectorsOf(text: string, place: string): readonly ConnectorEntry[] {
  const read = readConnectors(parsePrivateJson(text, place, page));
  if (read.ok) return read.connectors;
  throw toldProblems(place, read.problems, page);
}
