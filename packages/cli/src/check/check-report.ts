/** What `rosi check` answers with `--json`. */
import type { CheckResult } from '@rosi/warehouse';

export interface CheckReport {
  readonly clean: boolean;
  /** Work went on meanwhile: what is off may have been on its way. */
  readonly in_motion: boolean;
  /** The tables were held against the log, too. */
  readonly log_checked: boolean;
  readonly checks: readonly CheckResult[];
}
