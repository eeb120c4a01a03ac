/** What a migration is. */
export interface Migration {
  /** Four digits; orders and names it. */
  readonly number: string;
  readonly statements: readonly Statement[];
}

/** `mayBeUnknown`: older servers don't understand it, and do without, only slower. */
export type Statement = string | { readonly sql: string; readonly mayBeUnknown: true };
