/**
 * A small durable map for a consumer's positions, in an environment of its own. One thread writes;
 * a `put` resolves once it is on disk; any thread or process reads.
 */
import { openEnvironment, openStore } from './environment.js';
import { asBuffer } from './partition-log.js';

export interface Checkpoints {
  get(key: string): Buffer | undefined;
  put(key: string, value: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export async function openCheckpoints(options: { readonly dir: string }): Promise<Checkpoints> {
  const environment = openEnvironment(options.dir);
  const store = openStore(environment, 'checkpoints', { create: true });
  return {
    get(key) {
      store.resetReadTxn();
      const value = store.getBinary(Buffer.from(key));
      return value === undefined ? undefined : asBuffer(value);
    },
    async put(key, value) {
      // A copy: lmdb writes from another thread, and the caller may use its buffer again.
      await store.put(Buffer.from(key), Buffer.from(value));
    },
    close: () => environment.close(),
  };
}
