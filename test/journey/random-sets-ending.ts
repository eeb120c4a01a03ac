/**
 * Ends of the product: SIGTERM; SIGKILL to its process, whose ClickHouse then notices and ends by
 * itself; SIGKILL to both at once.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Product } from '../harness/product.js';

export type Ending = 'stop' | 'kill' | 'kill all';

/** What is wrong with how it ended. */
export async function end(product: Product, ending: Ending): Promise<string[]> {
  if (ending === 'kill all') await killAll(product);
  else if (ending === 'kill') await product.kill();
  else {
    const { code, signal, output } = await product.stop();
    if (code !== 0) return [`SIGTERM ended with ${code ?? signal}:\n${output}`];
  }
  return [];
}

/** Nothing of the product runs on afterwards; ClickHouse leads a process group of its own. */
export async function killAll(product: Product): Promise<void> {
  const children = childrenOf(product.pid);
  const gone = product.kill();
  for (const child of children) process.kill(child, 'SIGKILL');
  await gone;
}

/** None when the process is gone, or where the kernel doesn't tell. */
export function childrenOf(pid: number): number[] {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return [];
  const texts = readdirSync(tasks).map((task) => readFileSync(`${tasks}/${task}/children`, 'utf8'));
  return texts.flatMap((text) => text.split(' ').filter((part) => part !== '')).map(Number);
}
