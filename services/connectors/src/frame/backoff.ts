/**
 * How long to wait after failures in a row: exponential with jitter, so that many instances don't
 * come back at once, and never less than the provider asks for.
 */
export interface BackoffLimits {
  readonly baseMs: number;
  readonly capMs: number;
}

export const defaultBackoff: BackoffLimits = Object.freeze({ baseMs: 1_000, capMs: 300_000 });

/** `failures`: in a row, 1 for the first. `random`: from 0 up to 1. */
export function backoffMs(
  failures: number,
  retryAfterMs: number | null,
  random: number,
  { baseMs, capMs }: BackoffLimits,
): number {
  // 2^20 seconds are beyond any cap, and no power overflows.
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 20));
  // Half of it is certain: a jitter down to nothing would hammer a provider that is down.
  const own = Math.round(ceiling / 2 + (random * ceiling) / 2);
  return retryAfterMs === null ? own : Math.round(retryAfterMs + random * baseMs);
}
