/** How a connector says that its provider can't go on. */
/**
 * Why a provider can't go on: `away` (no answer, an error of its own, a stream that ended),
 * `limited` (asked too often), `refused` (the key or the account), `odd` (not what it documents),
 * `fault` (of the connector's own).
 */
export type FailureKind = 'away' | 'limited' | 'refused' | 'odd' | 'fault';

export class ProviderFailure extends Error {
  override name = 'ProviderFailure';

  constructor(
    readonly kind: FailureKind,
    /** Names what failed; nothing that the provider sent and no address with a key in it. */
    message: string,
    /** How long the provider says to stay away; null: it does not say. */
    readonly retryAfterMs: number | null = null,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}
