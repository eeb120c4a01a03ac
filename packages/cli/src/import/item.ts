/** What an importer makes of its input: events to send, lines that are left out, lines in error. */

/** One event as POST /v1/events takes it. */
export type ImportEvent = Readonly<Record<string, unknown>> & { readonly event_id: string };

export type ImportItem =
  | { readonly kind: 'event'; readonly line: number; readonly event: ImportEvent }
  /** Not meant to be imported, a style sheet's request for example. */
  | { readonly kind: 'skipped'; readonly line: number; readonly reason: string }
  /** Meant to be imported, but wrong. */
  | {
      readonly kind: 'rejected';
      readonly line: number;
      readonly code: string;
      readonly message: string;
    };

export const skipped = (line: number, reason: string): ImportItem => ({
  kind: 'skipped',
  line,
  reason,
});
export const rejected = (line: number, code: string, message: string): ImportItem => ({
  kind: 'rejected',
  line,
  code,
  message,
});

/** A keyed digest: event ids and visitors' names give no address or e-mail away. */
export type Digest = (text: string) => string;
