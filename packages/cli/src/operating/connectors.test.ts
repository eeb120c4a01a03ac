import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAudit } from '../start/audit-file.js';
import { writtenTerminal } from '../testing/index.js';
import { addConnector, listConnectors, removeConnector } from './connectors.js';

let dataDir: string;
const written = { out: '', err: '' };
const command = () => ({ dataDir, terminal: writtenTerminal(written) });

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'rosi-connector-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

test('the audit tells what changed, never the secret, and nothing of what was refused', () => {
  const secret = 'a-token-of-the-tests';
  const settings = '{"server": "https://social.example"}';
  addConnector(command(), { source: 'mastodon', id: 'ours', secret, settings });
  listConnectors(command());
  expect(written.out).toContain('ours  mastodon  with a secret\n');
  const bad = { source: 'mastodon', id: 'theirs', secret, settings: '{"server": 1}' };
  expect(() => addConnector(command(), bad)).toThrow();
  expect(() => removeConnector(command(), 'theirs')).toThrow('rosi connector list');
  removeConnector(command(), 'ours');
  const told = { key: 'local', detail: { source: 'mastodon', id: 'ours' } };
  expect(readAudit(dataDir)).toEqual([
    expect.objectContaining({ ...told, action: 'connector.added' }),
    expect.objectContaining({ ...told, action: 'connector.removed' }),
  ]);
});
