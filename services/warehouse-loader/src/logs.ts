/** The logs that the loader reads. */
import type { LogReader } from '@rosi/streams';
import type { LoaderPosition } from './progress.js';

export interface Logs {
  /** Has events.collected. */
  readonly events: LogReader;
  /** Has the ledger topics. */
  readonly ledger: LogReader;
  /** Where positions are kept beside the loader's own record of them, for other processes. */
  tell?(positions: () => readonly LoaderPosition[]): Promise<{ close(): Promise<void> }>;
  /** To be closed in reverse. */
  readonly opened: readonly { close(): Promise<void> }[];
}
