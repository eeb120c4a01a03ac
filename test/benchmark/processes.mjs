/**
 * What processes cost, from /proc (Linux): CPU seconds by thread, and the peak of the memory that is
 * a process's own (RssAnon: LMDB's map of its files counts as resident, but is the page cache).
 */
import { readdirSync, readFileSync } from 'node:fs';

/** The kernel's unit of times in /proc, the same on every Linux that Node runs on. */
const ticksPerSecond = 100;
const sampleMs = 200;

/** User and system time of a stat file in seconds; 0 when the process is gone. */
function cpuSeconds(statFile) {
  const text = read(statFile);
  if (text === null) return 0;
  // The name in parentheses may hold blanks: fields are counted after it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

export function processCpuSeconds(pid) {
  return cpuSeconds(`/proc/${pid}/stat`);
}

/**
 * The time that this thread has had a core, in µs: unlike the clock's, it does not grow while
 * others have the core. Exact to far below a microsecond.
 */
export function threadMicros() {
  return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1_000;
}

function rssAnonMegabytes(pid) {
  const found = /^RssAnon:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? '');
  return found === null ? 0 : Number(found[1]) / 1024;
}

function threadsOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

export function childrenOf(pid) {
  return threadsOf(pid).flatMap((thread) =>
    (read(`/proc/${pid}/task/${thread}/children`) ?? '').split(' ').filter((one) => one !== ''),
  );
}

/** Of all processes together since the machine's start: user, nice and system. */
export function machineCpuSeconds() {
  const [, ...ticks] = readFileSync('/proc/stat', 'utf8').split('\n')[0].split(/\s+/);
  return (Number(ticks[0]) + Number(ticks[1]) + Number(ticks[2])) / ticksPerSecond;
}

/** Threads by the names that thread-names.cjs wrote; the others (V8, libuv, LMDB) together. */
function namesOf(file) {
  const lines = (read(file) ?? '').split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.split(' ')[0], line.slice(line.indexOf(' ') + 1)]));
}

function cpuOfThreads(pid, names) {
  const totals = new Map();
  for (const thread of threadsOf(pid)) {
    const name = names.get(thread) ?? 'helpers (V8, libuv, LMDB)';
    const seconds = cpuSeconds(`/proc/${pid}/task/${thread}/stat`);
    totals.set(name, (totals.get(name) ?? 0) + seconds);
  }
  return totals;
}

/**
 * Watches a product and its ClickHouse from now until `end`.
 * @param {number} pid @param {string} threadsFile
 */
export function watchProcesses(pid, threadsFile) {
  const names = namesOf(threadsFile);
  const [clickhouse = ''] = childrenOf(pid);
  const read = () => ({
    threads: cpuOfThreads(pid, names),
    product: processCpuSeconds(pid),
    clickhouse: processCpuSeconds(clickhouse),
  });
  const before = read();
  const peak = { product: 0, clickhouse: 0 };
  const timer = setInterval(() => {
    peak.product = Math.max(peak.product, rssAnonMegabytes(pid));
    peak.clickhouse = Math.max(peak.clickhouse, rssAnonMegabytes(clickhouse));
  }, sampleMs).unref();
  return {
    end() {
      clearInterval(timer);
      const after = read();
      const threads = [...after.threads].map(([name, seconds]) => ({
        name,
        seconds: seconds - (before.threads.get(name) ?? 0),
      }));
      return {
        threads: threads.sort((a, b) => b.seconds - a.seconds),
        productSeconds: after.product - before.product,
        clickhouseSeconds: after.clickhouse - before.clickhouse,
        productRssAnonMb: peak.product,
        clickhouseRssAnonMb: peak.clickhouse,
      };
    },
  };
}
