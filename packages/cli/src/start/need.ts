/** A part that is read before it has started is a mistake in the order of parts. */
export function need<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('a part was used before it had started');
  return part;
}
