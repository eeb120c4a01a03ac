/** The keys of a running process: those of the start, and those of the store, as they change. */
import type { Logger } from '@rosi/service-kit';
import { type FirstKeys, KeyRing } from './key-ring.js';
import type { KeyStore } from './key-store.js';

export interface LiveKeys {
  readonly ring: KeyRing;
  /** Null: there are the two of the start alone. */
  readonly store: KeyStore | null;
  stop(): void;
}

/** Throws when the store can't be read; later on, what was read last goes on counting. */
export function openKeys(first: FirstKeys, store: KeyStore, logger: Logger): LiveKeys {
  const ring = new KeyRing(first);
  // Before the first reading: what changes in between is then seen.
  const watch = store.watch(() => {
    try {
      ring.use(store.read());
    } catch (error) {
      const told = error instanceof Error ? error.message : String(error);
      logger.error({ error: told }, 'the file of keys can not be read: those known go on counting');
    }
  });
  try {
    ring.use(store.read());
  } catch (error) {
    watch.stop();
    throw error;
  }
  return { ring, store, stop: () => watch.stop() };
}

export function fixedKeys(first: FirstKeys): LiveKeys {
  return { ring: new KeyRing(first), store: null, stop: () => undefined };
}
