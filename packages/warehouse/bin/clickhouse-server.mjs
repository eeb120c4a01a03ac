/**
 * The child process that is the embedded ClickHouse server. It loads the library that npm's chdb
 * brings and runs it as `clickhouse-local` with an HTTP listener; the query that follows only
 * sleeps, because the server lives as long as it runs. Cancelling that query is a clean shutdown.
 *
 * Guarantees: it ends when its parent does (also after kill -9: the channel between them closes),
 * cleanly within a grace period, else by SIGKILL on itself. Plain JavaScript, so that it runs the
 * same from sources and from the build.
 *
 * Argument: JSON {library, dir, configFile, port, graceMs}.
 */
import { DataType, load, open } from 'ffi-rs';

const { library, dir, configFile, port, graceMs } = JSON.parse(process.argv[2]);

/** 10^12 rows of half a second each: it never ends by itself, hardly wakes the processor, and notices
 * soon that it is cancelled. */
const KEEP_LISTENING =
  'SELECT sleepEachRow(0.5) FROM numbers(1000000000000) FORMAT Null' +
  ' SETTINGS max_block_size=1, function_sleep_max_microseconds_per_block=0, max_execution_time=0';

const STOP =
  "KILL QUERY WHERE user = '' AND startsWith(query, 'SELECT sleepEachRow(0.5) FROM numbers(') ASYNC";

let stopping = false;

function stop() {
  if (stopping) return;
  stopping = true;
  // Unreferenced timers would let the process end while ClickHouse still runs in its thread.
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs);
  // The server waits for connections that are kept alive: this one must not be.
  const headers = { connection: 'close' };
  fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: STOP, headers }).catch(() => {
    // Not listening (yet): nothing was promised to anybody, so an abrupt end is fine.
    process.kill(process.pid, 'SIGKILL');
  });
}

process.on('disconnect', stop);
process.on('SIGTERM', stop);
process.on('SIGINT', () => {});
// A parent that was killed while this module was being loaded has been and gone: no event tells so.
if (!process.connected) process.exit(1);

open({ library: 'chdb', path: library });
const commandLine = [
  'clickhouse-local',
  `--config-file=${configFile}`,
  `--path=${dir}`,
  `--http_port=${port}`,
  '--listen_host=127.0.0.1',
  '--log-level=warning',
  `--query=SYSTEM START LISTEN HTTP; ${KEEP_LISTENING}`,
];
load({
  library: 'chdb',
  funcName: 'query_stable_v2',
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [commandLine.length, commandLine],
  runInNewThread: true,
}).then(
  () => process.exit(stopping ? 0 : 1),
  (error) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  },
);
