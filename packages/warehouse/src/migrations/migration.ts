/** What a migration is. */
import type { ServerVersion } from '../server-version.js';

export interface Migration {
  /** Four digits; orders and names it. */
  readonly number: string;
  readonly statements: readonly Statement[];
}

/**
 * `mayBeUnknown`: older servers don't understand it, and do without, only slower. `since`: servers
 * older than that understand it, but are slow with it, and get `before` instead.
 */
export type Statement =
  | string
  | { readonly sql: string; readonly mayBeUnknown: true }
  | { readonly sql: string; readonly since: ServerVersion; readonly before: string };
