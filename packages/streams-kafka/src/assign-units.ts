/**
 * Who works on what. A unit is one partition number of topics that have to be read together; it is
 * never split. Every member gets as many units as any other, give or take one, and keeps what it
 * has, or has a copy of the state of, as far as that allows.
 */

export interface MemberWishes {
  readonly memberId: string;
  /** Units that it works on. */
  readonly owned: readonly string[];
  /** Units of which it has state on its disk. */
  readonly stored: readonly string[];
}

/** A pure function of its arguments; the order of members and units does not matter. */
export function assignUnits(
  units: readonly string[],
  members: readonly MemberWishes[],
): ReadonlyMap<string, readonly string[]> {
  const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const assigned = new Map(sorted.map(({ memberId }) => [memberId, [] as string[]]));
  if (sorted.length === 0) return assigned;
  const free = new Set([...units].sort());
  const least = Math.floor(units.length / sorted.length);
  let larger = units.length % sorted.length;
  const give = (memberId: string, unit: string) => {
    const own = assigned.get(memberId) as string[];
    if (!free.has(unit) || own.length > least) return;
    if (own.length === least) {
      // One unit more than others have, as long as the division leaves some over.
      if (larger === 0) return;
      larger -= 1;
    }
    free.delete(unit);
    own.push(unit);
  };
  for (const { memberId, owned } of sorted) for (const unit of owned) give(memberId, unit);
  for (const { memberId, stored } of sorted) for (const unit of stored) give(memberId, unit);
  for (const unit of [...free]) {
    const [next] = [...assigned].sort((a, b) => a[1].length - b[1].length);
    if (next !== undefined) give(next[0], unit);
  }
  return assigned;
}
