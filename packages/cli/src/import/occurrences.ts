/**
 * Numbers equal texts: the first occurrence is 0, the second 1. With it, two equal lines of a file
 * are two events, and the same file read again gives the same event ids. Memory is bounded: only
 * the most recent texts are remembered, so equal ones further apart than that count as one.
 */
const rememberedMax = 200_000;

export function createOccurrences(max = rememberedMax): (text: string) => number {
  const counts = new Map<string, number>();
  return (text) => {
    const number = counts.get(text) ?? 0;
    // Deleted and set again: a Map keeps its keys in the order in which they were set.
    counts.delete(text);
    counts.set(text, number + 1);
    if (counts.size > max) counts.delete(counts.keys().next().value ?? text);
    return number;
  };
}
