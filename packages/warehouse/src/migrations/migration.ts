/** What a migration is. */
export interface Migration {
  /** Four digits; orders and names it. */
  readonly number: string;
  readonly statements: readonly string[];
}
