/** Tells of what is waited out, without a flood: while Kafka is away every task tries again. */
import { protocolType } from './errors.js';

const TOLD_EVERY_MS = 5000;

export interface WarningLog {
  warn(fields: object, message: string): void;
}

export function troubleLog(logger: WarningLog, now: () => number = Date.now) {
  let toldAt = Number.NEGATIVE_INFINITY;
  let untold = 0;
  return (error: unknown): void => {
    if (now() - toldAt < TOLD_EVERY_MS) {
      untold += 1;
      return;
    }
    toldAt = now();
    const told = error instanceof Error ? error.message : String(error);
    logger.warn(
      { code: protocolType(error) ?? null, error: told, untold },
      'Kafka does not do what it was asked; it is tried again (docs/operations.md, "Kafka")',
    );
    untold = 0;
  };
}
