/**
 * Who works on what. A unit is one partition number of topics that have to be read together; it is
 * never split. Units of one kind do the same for other keys, so that they weigh about the same, and
 * kinds weigh very differently: one of them may have next to nothing to do. So each kind is dealt out
 * evenly by itself, give or take one, and all of them together too. Members keep what they have, or
 * have a copy of the state of, as far as that allows.
 */

export interface Unit {
  readonly name: string;
  /** The same for the units that do the same work on other partitions. */
  readonly kind: string;
}

export interface MemberWishes {
  readonly memberId: string;
  /** Units that it works on. */
  readonly owned: readonly string[];
  /** Units of which it has state on its disk. */
  readonly stored: readonly string[];
}

/** A member while units are dealt out. */
interface Share {
  readonly memberId: string;
  readonly owned: ReadonlySet<string>;
  readonly stored: ReadonlySet<string>;
  readonly units: string[];
  /** Of how many kinds it has one unit more than the least that a member has. */
  extras: number;
}

/** A pure function of its arguments; the order of members and units does not matter. */
export function assignUnits(
  units: readonly Unit[],
  members: readonly MemberWishes[],
): ReadonlyMap<string, readonly string[]> {
  const shares = [...members]
    .sort((a, b) => (a.memberId < b.memberId ? -1 : 1))
    .map(({ memberId, owned, stored }): Share => {
      return { memberId, owned: new Set(owned), stored: new Set(stored), units: [], extras: 0 };
    });
  if (shares.length > 0) for (const names of kindsOf(units)) dealOut(names, shares);
  return new Map(shares.map((share) => [share.memberId, share.units]));
}

/** The names of each kind's units. */
function kindsOf(units: readonly Unit[]): readonly (readonly string[])[] {
  const kinds = new Map<string, string[]>();
  for (const { name, kind } of units) kinds.set(kind, [...(kinds.get(kind) ?? []), name]);
  return [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, names]) => names.sort());
}

function dealOut(names: readonly string[], shares: readonly Share[]): void {
  const least = Math.floor(names.length / shares.length);
  const lucky = new Set(byClaim(names, shares, least).slice(0, names.length % shares.length));
  const room = new Map(shares.map((share) => [share, least + (lucky.has(share) ? 1 : 0)]));
  for (const share of lucky) share.extras += 1;
  const free = new Set(names);
  const give = (share: Share, name: string) => {
    const left = room.get(share) ?? 0;
    if (left === 0 || !free.delete(name)) return;
    room.set(share, left - 1);
    share.units.push(name);
  };
  for (const share of shares) for (const name of share.owned) give(share, name);
  for (const share of shares) for (const name of share.stored) give(share, name);
  for (const share of shares) for (const name of [...free]) give(share, name);
}

/**
 * Members in the order in which they get one unit more than the least. Whoever has fewest such units
 * of other kinds comes first: no member then has more than one unit more than any other in all. Among
 * those, whoever would have to give a unit away comes first.
 */
function byClaim(names: readonly string[], shares: readonly Share[], least: number): Share[] {
  const isAbove = (units: ReadonlySet<string>) =>
    Number(names.filter((name) => units.has(name)).length > least);
  return [...shares].sort(
    (a, b) =>
      a.extras - b.extras ||
      isAbove(b.owned) - isAbove(a.owned) ||
      isAbove(b.stored) - isAbove(a.stored),
  );
}
