/**
 * A small durable map for a consumer's positions, in an environment of its own. One thread writes;
 * a `put` resolves once it is on disk; any thread or process reads.
 */
import { openEnvironment, openStore } from './environment.js';
import { asBuffer } from './partition-log.js';

/** A consumer's place in a partition, kept as JSON; what else it keeps there is its own. */
export interface ConsumerPlace {
  /** One past the last record that it has finished. */
  readonly position: number;
}

/** Where a consumer's place in a partition is kept. */
export function placeKey(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/** The consumer's position; 0 when it has not begun. */
export function readPosition(
  store: Pick<Checkpoints, 'get'>,
  topic: string,
  partition: number,
): number {
  const bytes = store.get(placeKey(topic, partition));
  return bytes === undefined ? 0 : (JSON.parse(bytes.toString()) as ConsumerPlace).position;
}

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
