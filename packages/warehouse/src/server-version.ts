/** Versions of ClickHouse, as far as they decide anything. */

export type ServerVersion = readonly [major: number, minor: number];

/** Whether a version text such as `26.7.2.1` is the given one or newer. */
export function isAtLeast(version: string, [least, leastMinor]: ServerVersion): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > least || (major === least && minor >= leastMinor);
}
