/** Failures of the embedded runtime that an operator can mend; the message names the remedy. */

export type EmbeddedErrorCode =
  | 'ROSI_LOG_MISSING'
  | 'ROSI_STATE_MISSING'
  | 'ROSI_STATE_OF_ANOTHER_LOG'
  | 'ROSI_STATE_VERSION'
  | 'ROSI_PARTITIONS_CHANGED'
  | 'ROSI_LOG_CUT_TOO_FAR'
  | 'ROSI_LOG_DAMAGED';

export class EmbeddedError extends Error {
  override readonly name = 'EmbeddedError';
  /** Whether trying again later may help, without anybody doing anything. */
  readonly retryable: boolean;

  constructor(
    readonly code: EmbeddedErrorCode,
    message: string,
  ) {
    super(message);
    this.retryable = code === 'ROSI_LOG_MISSING' || code === 'ROSI_STATE_MISSING';
  }
}
