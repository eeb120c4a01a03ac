/**
 * Memory of an import is bounded whatever the size of the file: files of 150 MB (or of
 * `ROSI_IMPORT_BYTES`, a soak) are read whole and judged, and the kernel's own account of the
 * process is what counts.
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportOf, runImport } from './import-command.js';

const fileBytes = Number(process.env['ROSI_IMPORT_BYTES'] ?? 150_000_000);
const residentBytesLimit = 300_000_000;
const chunkLines = 1_000;
/** Long cells, as of orders with notes: the number of rows is not what is tested. */
const note = 'A parcel for the neighbour. '.repeat(60);
const testMsMax = 180_000 + fileBytes / 1_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rosi-import-memory-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Writes lines until the file has its size; answers how many. */
async function writeLines(path: string, header: string, lineOf: (index: number) => string) {
  let lines = 0;
  let bytes = 0;
  function* chunks() {
    yield header;
    while (bytes < fileBytes) {
      const texts = Array.from({ length: chunkLines }, (_, index) => lineOf(lines + index));
      const chunk = `${texts.join('\n')}\n`;
      lines += chunkLines;
      bytes += chunk.length;
      yield chunk;
    }
  }
  await pipeline(Readable.from(chunks()), createWriteStream(path));
  expect((await stat(path)).size).toBeGreaterThanOrEqual(fileBytes);
  return lines;
}

const time = (index: number) => new Date(Date.UTC(2024, 0, 1) + index * 1_000).toISOString();

const kinds = [
  {
    kind: 'orders',
    header: 'order_id,date,total,currency,customer_id,note\n',
    lineOf: (index: number) => `o-${index},${time(index)},12.50,EUR,c-${index % 5_000},"${note}"`,
  },
  {
    kind: 'events',
    header: '',
    lineOf: (index: number) =>
      JSON.stringify({
        ...{ event_id: `e-${index}`, type: 'click', occurred_at: time(index) },
        ...{ identifiers: { anonymous_id: `a-${index}` }, properties: { note } },
      }),
  },
] as const;

describe.skipIf(process.platform !== 'linux')(`a file of ${fileBytes / 1e6} MB`, () => {
  it.each(kinds)(
    'of $kind is read whole in less than 300 MB of memory',
    async ({ kind, header, lineOf }) => {
      const path = join(folder, `large-${kind}`);
      const lines = await writeLines(path, header, lineOf);
      const answer = await runImport(folder, [kind, path, '--dry-run', '--json']);
      expect(reportOf(answer, 0)).toMatchObject({ sent: lines, accepted: lines, rejected: 0 });
      expect(answer.residentBytesMax).toBeGreaterThan(0);
      expect(answer.residentBytesMax).toBeLessThan(residentBytesLimit);
      await rm(path);
    },
    testMsMax,
  );
});
