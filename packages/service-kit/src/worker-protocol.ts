/** What the parent thread and a worker say to each other. */
import type { WireError } from './errors.js';
import type { ArmedFailpoint } from './failpoints.js';

/** Given to the worker when it is made. */
export interface WorkerSetting {
  readonly name: string;
  readonly options: unknown;
  /** Null, but in tests of crashes. */
  readonly failpoint: ArmedFailpoint | null;
}

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'stopped' }
  /** Something was measured, under a name that the parent knows; in the unit of that name. */
  | { readonly kind: 'observed'; readonly name: string; readonly value: number }
  /** Before `ready`: it did not start; after: it can't go on. The thread ends in both cases. */
  | { readonly kind: 'fault'; readonly error: WireError };

export interface ToWorker {
  readonly kind: 'stop';
}
