/**
 * The parts that a process may have. All of them in one is the default; on Kafka each may be a
 * process of its own, in any number but the loader, of which a database takes one.
 */
export const partNames = ['collector', 'stitcher', 'loader', 'dashboard'] as const;
export type PartName = (typeof partNames)[number];
export type PartNames = ReadonlySet<PartName>;

export const allParts: PartNames = new Set(partNames);

export function isWhole(parts: PartNames): boolean {
  return parts.size === partNames.length;
}

/** As in a command line: in the order of the list above. */
export function listOf(parts: PartNames): string {
  return partNames.filter((name) => parts.has(name)).join(' ');
}
