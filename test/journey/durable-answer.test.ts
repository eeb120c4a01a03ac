/**
 * A 202 is written only after the log's pages and their root were synced to disk, as the kernel saw
 * it: strace follows the log's file and the client's socket.
 */
import { constants, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Product, removeDataDir, startProduct } from '../harness/product.js';
import { attach, straceWorks } from './strace.js';

const requestsMax = 5;
let product: Product | null = null;

afterEach(async () => {
  await product?.kill();
  if (product !== null) await removeDataDir(product.dataDir);
});

/** What a call of the trace meant to the log: pages synced, the root written and synced, a 202. */
type Seen = 'pages' | 'root' | 'answer';

/**
 * LMDB writes data pages, syncs them, and writes the root through a descriptor that syncs by itself
 * (O_DSYNC). A sync counts when it has ended, an answer when it begins.
 */
function seenIn(lines: readonly string[], logFile: string, syncing: ReadonlySet<string>): Seen[] {
  const underWay = new Map<string, Seen>();
  return lines.flatMap((line): Seen[] => {
    const [, thread = '', rest = ''] = /^(?:\[pid +(\d+)\] )?(.*)$/.exec(line) ?? [];
    if (rest.includes('HTTP/1.1 202')) return ['answer'];
    if (rest.startsWith('<... ')) {
      const ended = underWay.get(thread);
      underWay.delete(thread);
      return ended === undefined ? [] : [ended];
    }
    const [, call, descriptor = ''] = /^(\w+)\((\d+)<([^>]*)>/.exec(rest) ?? [];
    if (call === undefined || !rest.includes(`<${logFile}>`)) return [];
    const isSync = /^(fdatasync|fsync)$/.test(call);
    if (!isSync && !syncing.has(descriptor)) return [];
    const seen = isSync ? 'pages' : 'root';
    if (!rest.includes('<unfinished')) return [seen];
    underWay.set(thread, seen);
    return [];
  });
}

/** The process's descriptors of the file that were opened so that each write is synced. */
function syncingDescriptors(pid: number, file: string): Set<string> {
  const descriptors = readdirSync(`/proc/${pid}/fd`).filter((descriptor) => {
    const flags = /flags:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8'));
    return (Number.parseInt(flags?.[1] ?? '0', 8) & constants.O_DSYNC) !== 0;
  });
  return new Set(descriptors.filter((one) => readlinkSync(`/proc/${pid}/fd/${one}`) === file));
}

describe.skipIf(!straceWorks())('an accepted event', () => {
  it('is synced to disk before the 202 is written', async () => {
    product = await startProduct();
    const logFile = join(product.dataDir, 'events/data.mdb');
    const calls = 'trace=fsync,fdatasync,pwrite64,pwritev,write,writev,sendto';
    const trace = await attach(product.pid, ['-e', calls]);
    for (let number = 0; number < requestsMax; number += 1) {
      await product.post([{ event_id: `durable-${number}`, type: 'click' }]);
    }
    await trace.detach();
    const seen = seenIn(trace.lines(), logFile, syncingDescriptors(product.pid, logFile));
    // One request after the other, so each answer has a commit of its own before it.
    const perRequest = new Array(requestsMax).fill(['pages', 'root', 'answer']);
    expect(seen).toEqual(perRequest.flat());
  });
});
