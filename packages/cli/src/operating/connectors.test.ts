import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAudit } from '../start/audit-file.js';
import { addConnector, listConnectors, removeConnector } from './connectors.js';

let dataDir: string;
let out: string;

const command = () => ({
  dataDir,
  terminal: {
    out: (text: string) => {
      out += text;
    },
    err: () => undefined,
    interactive: false,
    columns: 100,
    failure: () => 1 as const,
    flushed: async () => undefined,
  },
});

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'rosi-connector-'));
  out = '';
});
afterEach(() => rmSync(dataDir, { recursive: true }));

test('the audit tells what changed, never the secret, and nothing of what was refused', () => {
  const secret = 'a-token-of-the-tests';
  const settings = '{"server": "https://social.example"}';
  addConnector(command(), { source: 'mastodon', id: 'ours', secret, settings });
  listConnectors(command());
  expect(out).toContain('ours  mastodon  with a secret\n');
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
