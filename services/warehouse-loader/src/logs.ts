/** The logs that the loader reads. */
import type { LogReader } from '@rosi/streams';

export interface Logs {
  /** Has events.collected. */
  readonly events: LogReader;
  /** Has the ledger topics. */
  readonly ledger: LogReader;
  /** To be closed in reverse. */
  readonly opened: readonly { close(): Promise<void> }[];
}
