/**
 * Failures of the Kafka runtime that an operator can mend, and what to do about those of Kafka:
 * whether a producer has lost its place to another, or the work is simply to be tried again.
 */

export type KafkaErrorCode =
  | 'ROSI_LOG_UNAVAILABLE'
  | 'ROSI_LOG_REFUSED'
  | 'ROSI_TOPIC_UNFIT'
  | 'ROSI_STATE_VERSION'
  | 'ROSI_PARTITIONS_CHANGED'
  | 'ROSI_LOG_CUT_TOO_FAR';

export class KafkaError extends Error {
  override readonly name = 'KafkaError';
  /** Whether trying again later may help, without anybody doing anything. */
  readonly retryable: boolean;

  constructor(
    readonly code: KafkaErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.retryable = code === 'ROSI_LOG_UNAVAILABLE';
  }
}

/** What a failed exchange with Kafka asks for. */
export type Remedy =
  /** The outcome may be unknown: a new producer, state and position from the changelog. */
  | 'reopen'
  /** Another instance has the task; it is ours again only when the group says so. */
  | 'fenced'
  /** Trying again can't help. */
  | 'stop';

const FENCED = new Set([
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_ID_MAPPING',
]);
const FINAL = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_VERSION',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TRANSACTION_TIMEOUT',
  'INVALID_SESSION_TIMEOUT',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
]);

/** Kafka's name of a protocol error; undefined for everything else. */
export function protocolType(error: unknown): string | undefined {
  return error instanceof Error && 'type' in error && typeof error.type === 'string'
    ? error.type
    : undefined;
}

/** Sorts whatever an exchange with Kafka has thrown. */
export function remedyOf(error: unknown): Remedy {
  if (error instanceof KafkaError) return error.retryable ? 'reopen' : 'stop';
  const type = protocolType(error);
  if (type !== undefined && FENCED.has(type)) return 'fenced';
  if (type !== undefined && FINAL.has(type)) return 'stop';
  const isKafkas = error instanceof Error && error.name.startsWith('KafkaJS');
  return isKafkas || isSocketError(error) ? 'reopen' : 'stop';
}

function isSocketError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
