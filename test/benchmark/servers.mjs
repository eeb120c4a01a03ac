/** Starts a server of the benchmarks in a process of its own; it ends with this one at the latest. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * @param {string} script a file beside this one that tells its `url` when it listens
 * @param {unknown} [options] for the script, as JSON
 * @param {readonly string[]} [execArgv] for Node
 */
export async function startServer(script, options = {}, execArgv = []) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = fork(path, [JSON.stringify(options)], { execArgv: [...execArgv] });
  const ended = once(child, 'exit');
  const [ready] = await Promise.race([once(child, 'message'), ended.then(() => [null])]);
  if (ready === null) throw new Error(`${script} did not start`);
  return {
    pid: child.pid,
    url: ready.url,
    /** Asks it something over its channel. */
    async ask(question) {
      const answer = once(child, 'message');
      child.send(question);
      return (await answer)[0];
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
