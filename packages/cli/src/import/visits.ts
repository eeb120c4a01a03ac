/**
 * Where visits begin: a visitor's first request, and the first one after half an hour of silence,
 * which is what web analytics calls a session. Memory is bounded: the visitors heard longest ago
 * are forgotten first, so a forgotten one's next request begins a visit, as it would anyway.
 */
const silenceMs = 30 * 60 * 1000;
const visitorsMax = 500_000;

/** The function tells whether this request begins a visit; call it once per request, in order. */
export function createVisits(max = visitorsMax): (visitor: string, occurredAt: number) => boolean {
  const lastHeard = new Map<string, number>();
  return (visitor, occurredAt) => {
    const last = lastHeard.get(visitor);
    lastHeard.delete(visitor);
    lastHeard.set(visitor, last === undefined ? occurredAt : Math.max(last, occurredAt));
    if (lastHeard.size > max) lastHeard.delete(lastHeard.keys().next().value ?? visitor);
    // Logs of several servers put together are slightly out of order: earlier is no silence.
    return last === undefined || occurredAt - last > silenceMs;
  };
}
