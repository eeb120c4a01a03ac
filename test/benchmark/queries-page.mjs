/** The statements of docs/queries.md, so that the page, its test and its benchmark are one. */
import { readFileSync } from 'node:fs';

const page = new URL('../../docs/queries.md', import.meta.url);

/** @returns {{ number: number, title: string, sql: string }[]} in the order of the page */
export function readQueries() {
  const found = readFileSync(page, 'utf8').matchAll(/^### (\d+)\. (.+)\n```sql\n([^`]+)\n```$/gm);
  return [...found].map(([, number, title, sql]) => ({ number: Number(number), title, sql }));
}
