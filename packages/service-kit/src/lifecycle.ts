/**
 * Starts the parts of a process in order and stops them in reverse. When one does not start, those
 * before it are stopped again. Every part is stopped exactly once, whoever asks how often; one that
 * fails to stop does not keep the others from stopping.
 */
import { RosiError, rosiErrorOf } from './errors.js';

export interface LifecyclePart {
  /** Named in messages. */
  readonly name: string;
  /** A start that throws has cleaned up after itself: its stop is not called. */
  start(): Promise<void> | void;
  stop(): Promise<void> | void;
}

export interface Running {
  /** The same promise for every caller; rejects (ROSI_STOP_FAILED) after all parts were asked. */
  stop(): Promise<void>;
}

/**
 * Resolves once every part has started. An error with a code of ours is thrown so; another as
 * ROSI_START_FAILED with the part's name. An aborted `signal` ends the start before the next part:
 * what ran is stopped, and the signal's reason is thrown.
 */
export async function startInOrder(
  parts: readonly LifecyclePart[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<Running> {
  const started: LifecyclePart[] = [];
  for (const part of parts) {
    try {
      options.signal?.throwIfAborted();
      await part.start();
    } catch (thrown) {
      const failures = await stopInReverse(started);
      const aborted = options.signal?.aborted === true && thrown === options.signal.reason;
      throw aborted ? thrown : startFailure(part.name, thrown, failures);
    }
    started.push(part);
  }
  let stopping: Promise<void> | undefined;
  return {
    stop() {
      stopping ??= stopAll(started);
      return stopping;
    },
  };
}

function startFailure(name: string, thrown: unknown, failures: readonly Error[]): Error {
  const known = rosiErrorOf(thrown);
  if (known !== null && failures.length === 0) return known;
  const cause = failures.length === 0 ? thrown : new AggregateError([thrown, ...failures]);
  if (known !== null) return new RosiError(known.code, known.message, { cause });
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new RosiError('ROSI_START_FAILED', `${name} did not start: ${message}`, { cause });
}

async function stopAll(parts: readonly LifecyclePart[]): Promise<void> {
  const failures = await stopInReverse(parts);
  if (failures.length === 0) return;
  throw new RosiError('ROSI_STOP_FAILED', failures.map((failure) => failure.message).join('; '), {
    cause: failures.length === 1 ? failures[0]?.cause : new AggregateError(failures),
  });
}

async function stopInReverse(parts: readonly LifecyclePart[]): Promise<Error[]> {
  const failures: Error[] = [];
  for (const part of [...parts].reverse()) {
    try {
      await part.stop();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      failures.push(new Error(`${part.name} did not stop cleanly: ${reason}`, { cause }));
    }
  }
  return failures;
}
