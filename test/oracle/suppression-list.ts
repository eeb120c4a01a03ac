/**
 * What later events lose of erased persons, and until when. Of an identifier that was erased twice,
 * once as somebody's own and once as a shared one, the erasure that came next after the event
 * decides; of one kind the latest time counts.
 */
import { identifierKey, type Persons } from './persons.js';
import type { Accepted, Identifier } from './types.js';

type Kind = 'own' | 'shared';

interface Listed {
  /** Milliseconds since the epoch, by what the identifier was; of an order for ever. */
  readonly until: Map<Kind, number>;
  /** Those that it was seen with and not of one person, which holds for good. */
  readonly apart: Set<string>;
  kind: Kind;
  changes: number;
}

export class SuppressionList {
  readonly #listed = new Map<string, Listed>();
  /** Keys of identifiers whose erasures the list can't tell apart. */
  readonly #unclear = new Set<string>();

  /** One of those whom an erasure concerns. */
  add(
    identifier: Identifier,
    until: number,
    { persons, concerned }: { persons: Persons; concerned: ReadonlySet<string> },
  ): void {
    const key = identifierKey(identifier);
    const kind = persons.isShared(identifier) ? 'shared' : 'own';
    const listed = this.#listed.get(key) ?? {
      until: new Map(),
      apart: new Set(),
      kind,
      changes: 0,
    };
    this.#listed.set(key, listed);
    // An erasure that came later and holds for less, or the third of alternating kinds.
    if (until < Math.max(...listed.until.values())) this.#unclear.add(key);
    if (listed.kind !== kind) listed.changes += 1;
    if (listed.changes > 1) this.#unclear.add(key);
    listed.kind = kind;
    listed.until.set(kind, Math.max(until, listed.until.get(kind) ?? until));
    if (kind === 'shared') return;
    for (const other of persons.metBy(identifier)) {
      if (!concerned.has(other)) listed.apart.add(other);
    }
  }

  /** The identifiers that an event still carries; null: the person is gone with them. */
  leftOf(event: Accepted): readonly Identifier[] | null {
    const at = Math.min(event.occurredAt, event.receivedAt);
    const [strongest] = event.identifiers;
    const isGone = event.identifiers.some((one) => {
      const kind = this.#kindOf(one, at);
      if (one === strongest) return kind !== undefined;
      return kind === 'own' && !event.bot && !this.#isApart(one, strongest);
    });
    if (isGone) return null;
    return event.identifiers.filter((one) => this.#kindOf(one, at) === undefined);
  }

  isClear(identifiers: readonly Identifier[]): boolean {
    return identifiers.every((one) => !this.#unclear.has(identifierKey(one)));
  }

  #kindOf(identifier: Identifier, at: number): Kind | undefined {
    const until = this.#listed.get(identifierKey(identifier))?.until ?? new Map<Kind, number>();
    const holding = [...until].filter(([, time]) => at <= time);
    // Of one moment the stricter.
    const next = holding.sort(([a, x], [b, y]) => (x === y ? (a < b ? -1 : 1) : x - y));
    return next[0]?.[0];
  }

  #isApart(identifier: Identifier, other: Identifier | undefined): boolean {
    if (other === undefined) return false;
    const listed = this.#listed.get(identifierKey(identifier));
    return listed?.apart.has(identifierKey(other)) === true;
  }
}
