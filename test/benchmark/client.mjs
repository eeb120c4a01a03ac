/** Starts the clients of the benchmarks, each in a process of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * @param {string} script a file beside this one
 * @param {unknown} options for the script, as JSON
 * @returns {Promise<{ run(): Promise<any> }>} ready, and waiting for `run`
 */
export async function startClient(script, options) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = fork(path, [JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return {
    async run() {
      const ended = once(child, 'exit');
      const answered = once(child, 'message');
      child.send('go');
      const first = await Promise.race([answered, ended.then(() => null)]);
      if (first === null) throw new Error(`${script} ended without an answer`);
      await ended;
      return first[0];
    },
  };
}
