/**
 * `rosi import …` as its user runs it: a child process with the environment of a running product.
 * Guarantees: the report is the command's own `--json`; a child that a test leaves running is
 * killed by its id; the most memory it held is read from the kernel, not from the child.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { hashKey, type Product, secretKey } from '../harness/product.js';

const command = fileURLToPath(new URL('../../packages/cli/bin/rosi.js', import.meta.url));
const pollMs = 20;
/** A soak of import-memory.test.ts reads two gigabytes. */
const childMsMax = 120_000 + Number(process.env['ROSI_IMPORT_BYTES'] ?? 0) / 5_000;

export interface ImportAnswer {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The most resident memory, in bytes, as sampled; 0 where the kernel does not tell. */
  readonly residentBytesMax: number;
}

/** What `--json` prints; the fields that the tests read. */
export interface Report {
  readonly sent: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly rejectedByCode: Readonly<Record<string, number>>;
  readonly firstRejected: readonly { line: number; code: string; message: string }[];
  readonly skipped: Readonly<Record<string, number>>;
  readonly reading: Readonly<Record<string, string>>;
  readonly resumedAfter: number;
}

export interface RunningImport {
  kill(): void;
  readonly ended: Promise<ImportAnswer>;
}

/** Starts `rosi import` with these words; `dataDir` is the product's, or any for a dry run. */
export function startImport(
  dataDir: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningImport {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('ROSI_'));
  const child = spawn(process.execPath, [command, 'import', ...words], {
    cwd: dataDir,
    env: {
      ...Object.fromEntries(inherited),
      ROSI_DATA_DIR: dataDir,
      ROSI_SECRET_KEY: secretKey,
      ROSI_HASH_KEY: hashKey,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { kill: () => void child.kill('SIGKILL'), ended: answerOf(child) };
}

function answerOf(child: ChildProcess): Promise<ImportAnswer> {
  let [stdout, stderr, residentBytesMax] = ['', '', 0];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const sampling = setInterval(() => {
    residentBytesMax = Math.max(residentBytesMax, residentBytesMaxOf(child.pid));
  }, pollMs);
  const late = setTimeout(() => child.kill('SIGKILL'), childMsMax);
  return new Promise((resolve, reject) => {
    const over = () => {
      clearInterval(sampling);
      clearTimeout(late);
    };
    child.once('error', (error) => {
      over();
      reject(error);
    });
    child.once('close', (code, signal) => {
      over();
      resolve({ code, signal, stdout, stderr, residentBytesMax });
    });
  });
}

/** The kernel's own high-water mark, so that a peak between two samples is seen too. */
function residentBytesMaxOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // No such kernel, or the child is gone.
  }
}

/** Runs an import to its end. */
export function runImport(
  dataDir: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ImportAnswer> {
  return startImport(dataDir, words, env).ended;
}

/** Runs an import that must end with 0 and answers its report. */
export async function importReport(
  product: Pick<Product, 'dataDir'>,
  words: readonly string[],
): Promise<Report> {
  return reportOf(await runImport(product.dataDir, [...words, '--json']), 0);
}

/** The report of an import that ended with the code given; throws with what it said otherwise. */
export function reportOf(answer: ImportAnswer, code: 0 | 1): Report {
  if (answer.code !== code) {
    throw new Error(`the import ended with ${answer.code}\n${answer.stderr}\n${answer.stdout}`);
  }
  return JSON.parse(answer.stdout) as Report; // The command's own shape; the tests judge it.
}

/** How many events the import under way has had answered, by its own notes in the data folder. */
export function answeredEvents(dataDir: string): number {
  try {
    const folder = join(dataDir, 'imports');
    const notes = readdirSync(folder).filter((name) => name.endsWith('.json'));
    const texts = notes.map((name) => readFileSync(join(folder, name), 'utf8'));
    return Math.max(0, ...texts.map((text) => (JSON.parse(text) as { events: number }).events));
  } catch {
    return 0; // Not begun, or being written.
  }
}

/** Waits until the import under way has had so many events answered. */
export async function waitAnswered(dataDir: string, events: number): Promise<void> {
  const deadline = Date.now() + childMsMax;
  while (answeredEvents(dataDir) < events) {
    if (Date.now() > deadline) throw new Error(`${events} events were not answered in time`);
    await wait(pollMs);
  }
}

/** Writes a file beside the product's data and answers its path. */
export async function fileIn(
  product: Pick<Product, 'dataDir'>,
  name: string,
  content: string | Uint8Array,
): Promise<string> {
  const path = join(product.dataDir, name);
  await writeFile(path, content);
  return path;
}

/** Cells as a CSV line; those that need quotes get them. */
export function csvLine(cells: readonly string[], separator = ','): string {
  const quoted = cells.map((cell) =>
    /["\n\r]/.test(cell) || cell.includes(separator) ? `"${cell.replaceAll('"', '""')}"` : cell,
  );
  return quoted.join(separator);
}
