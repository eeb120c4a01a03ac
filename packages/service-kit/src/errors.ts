/**
 * The errors that ROSI's processes end with or retry on: a closed list of codes, each with the exit
 * code it leads to and whether trying again helps. 2 is the user's to mend, 1 is a fault.
 * Errors cross thread borders as plain values, since a structured clone loses their fields.
 */

const codes = {
  /** An environment variable or flag has a wrong value. */
  ROSI_CONFIG_INVALID: { exitCode: 2, retryable: false },
  /** The command was called wrongly. */
  ROSI_USAGE_INVALID: { exitCode: 2, retryable: false },
  /** A command that needs a running instance found none. */
  ROSI_NOT_RUNNING: { exitCode: 2, retryable: false },
  /** Another process holds the data folder. */
  ROSI_DATA_DIR_LOCKED: { exitCode: 2, retryable: false },
  /** The data folder can't be made, read or written. */
  ROSI_DATA_DIR_UNUSABLE: { exitCode: 2, retryable: false },
  /** A restore would go over data that are there. */
  ROSI_DATA_DIR_NOT_EMPTY: { exitCode: 2, retryable: false },
  /** A backup is not whole, not what it was, or of a build that this one does not know. */
  ROSI_BACKUP_INVALID: { exitCode: 2, retryable: false },
  /** A backup could not be made or put in place; nothing was changed. */
  ROSI_BACKUP_FAILED: { exitCode: 1, retryable: true },
  /** The address is taken or not ours to bind. */
  ROSI_ADDRESS_UNAVAILABLE: { exitCode: 2, retryable: false },
  /** The data folder has no event log, or no state, yet: its writer makes it. */
  ROSI_LOG_MISSING: { exitCode: 1, retryable: true },
  ROSI_STATE_MISSING: { exitCode: 1, retryable: true },
  /** State was written by a build whose format this one does not read. */
  ROSI_STATE_VERSION: { exitCode: 2, retryable: false },
  /** State and log do not belong together, have other partitions, or the log was cut too far. */
  ROSI_STATE_OF_ANOTHER_LOG: { exitCode: 2, retryable: false },
  ROSI_PARTITIONS_CHANGED: { exitCode: 2, retryable: false },
  ROSI_LOG_CUT_TOO_FAR: { exitCode: 2, retryable: false },
  /** A record of the log is missing or damaged on disk. */
  ROSI_LOG_DAMAGED: { exitCode: 1, retryable: false },
  /** A topic in Kafka has other settings or records than ROSI needs; ROSI alters none. */
  ROSI_TOPIC_UNFIT: { exitCode: 2, retryable: false },
  /** ClickHouse holds the tables of another log, or was emptied. */
  ROSI_WAREHOUSE_FOREIGN: { exitCode: 2, retryable: false },
  /** Another loader has begun to load the same database. */
  ROSI_WAREHOUSE_TAKEN_OVER: { exitCode: 1, retryable: false },
  /** ClickHouse does not answer. */
  ROSI_WAREHOUSE_UNAVAILABLE: { exitCode: 1, retryable: true },
  /** The event log does not take or give records. */
  ROSI_LOG_UNAVAILABLE: { exitCode: 1, retryable: true },
  /** Kafka refuses what it is asked, as for a wrong password: somebody has to mend the settings. */
  ROSI_LOG_REFUSED: { exitCode: 2, retryable: false },
  /** A part did not start. */
  ROSI_START_FAILED: { exitCode: 1, retryable: false },
  /** A part did not stop cleanly. */
  ROSI_STOP_FAILED: { exitCode: 1, retryable: false },
  /** A worker thread ended by an error, or without being asked to. */
  ROSI_WORKER_FAULT: { exitCode: 1, retryable: false },
} as const satisfies Record<string, { exitCode: 1 | 2; retryable: boolean }>;

export type RosiErrorCode = keyof typeof codes;

/** Every code, for documentation and checks. */
export const rosiErrorCodes: Readonly<
  Record<RosiErrorCode, { readonly exitCode: 1 | 2; readonly retryable: boolean }>
> = codes;

/** An error with a code; its message is one that the user can act on. */
export class RosiError extends Error {
  override name = 'RosiError';
  readonly code: RosiErrorCode;
  readonly retryable: boolean;
  readonly exitCode: 1 | 2;

  constructor(code: RosiErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.retryable = codes[code].retryable;
    this.exitCode = codes[code].exitCode;
  }
}

/**
 * Any thrown value with a code of ours as a RosiError, so that it leads to its exit code: packages
 * below this one have error classes of their own. Null: it has none, it is a fault.
 */
export function rosiErrorOf(thrown: unknown): RosiError | null {
  if (thrown instanceof RosiError) return thrown;
  if (!(thrown instanceof Error)) return null;
  const code = codeOf(thrown);
  return code === null ? null : new RosiError(code, thrown.message, { cause: thrown });
}

function codeOf(error: Error): RosiErrorCode | null {
  if (!('code' in error) || typeof error.code !== 'string') return null;
  // Narrowed by the check: only own keys of the table are codes.
  return Object.hasOwn(codes, error.code) ? (error.code as RosiErrorCode) : null;
}

/** An error as a value that a structured clone keeps whole. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** Null: none of ours. */
  readonly code: RosiErrorCode | null;
  readonly cause: WireError | null;
}

const causesMax = 8;

/** Any thrown value as a {@link WireError}; a chain of causes is cut after eight. */
export function errorToWire(thrown: unknown, depth = 0): WireError {
  if (!(thrown instanceof Error)) {
    return { name: 'Error', message: String(thrown), stack: '', code: null, cause: null };
  }
  const hasCause = thrown.cause !== undefined && depth < causesMax;
  return {
    name: thrown.name,
    message: thrown.message,
    stack: thrown.stack ?? '',
    code: codeOf(thrown),
    cause: hasCause ? errorToWire(thrown.cause, depth + 1) : null,
  };
}

/** The inverse of {@link errorToWire}: a RosiError when it has a code of ours, else an Error. */
export function errorFromWire(wire: WireError): Error {
  const options = wire.cause === null ? {} : { cause: errorFromWire(wire.cause) };
  const error =
    wire.code === null
      ? new Error(wire.message, options)
      : new RosiError(wire.code, wire.message, options);
  if (wire.code === null) error.name = wire.name;
  if (wire.stack !== '') error.stack = wire.stack;
  return error;
}
