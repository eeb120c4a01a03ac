/**
 * The audit of administration: who did what, when. An entry is on disk before the action is carried out,
 * and an action whose entry can't be written is refused. No entry holds a key, an identifier of a person
 * or an address.
 */
import type { FastifyRequest } from 'fastify';
import { callerOf } from './access.js';
import { type Problem, retryLater } from './problems.js';

export const auditActions = [
  'settings.changed',
  'recompute.asked',
  'replay.asked',
  'person.erased',
  'person.exported',
  'links.made',
  'key.added',
  'key.revoked',
  'key.origins_changed',
] as const;

export type AuditAction = (typeof auditActions)[number];

export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Id of the key that asked. */
  readonly key: string;
  readonly action: AuditAction;
  /** What a reader needs beside; of closed shapes, never personal. */
  readonly detail: Readonly<Record<string, string | number | readonly string[]>>;
}

export interface Audit {
  /** Resolves once the entry is on disk. */
  record(entry: AuditEntry): Promise<void>;
  /** The newest, newest first. */
  newest(limit: number): Promise<readonly AuditLine[]>;
}

/** An entry as it is shown: commands on the data folder note actions of their own. */
export interface AuditLine {
  /** ISO 8601. */
  readonly at: string;
  readonly key: string;
  readonly action: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface Auditing {
  readonly audit?: Audit;
  now(): number;
}

/** Null: noted, go on. */
export async function noted(
  { audit, now }: Auditing,
  request: FastifyRequest,
  action: AuditAction,
  detail: AuditEntry['detail'] = {},
): Promise<Problem | null> {
  if (audit === undefined) return null;
  try {
    await audit.record({ at: now(), key: callerOf(request)?.id ?? 'unknown', action, detail });
    return null;
  } catch {
    const told = 'The audit of administration takes no entry, so nothing was done: check the disk.';
    return retryLater(503, 'audit_unavailable', told, 2);
  }
}
