/** Where keys are kept that were made at run time. */
import type { StoredKey } from './key-ring.js';

export interface KeyStore {
  read(): readonly StoredKey[];
  /** On disk when it returns. */
  write(keys: readonly StoredKey[]): void;
  /** Tells of changes by anybody from the call on, within seconds. */
  watch(changed: () => void): { stop(): void };
}
