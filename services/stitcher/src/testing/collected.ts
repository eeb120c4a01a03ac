/** Events as the collector would have accepted them, for tests. */
import { type CollectedEvent, normalise } from '@rosi/events';

/** Throws when the collector would reject it. */
export function collected(body: unknown, source = 'server'): CollectedEvent {
  const result = normalise(body, {
    workspace: 'default',
    receivedAt: Date.UTC(2026, 5, 1),
    source,
    keyKind: source === 'pixel' ? 'write' : 'secret',
    ownDomains: [],
    requestUserAgent: '',
    secGpc: false,
    prefetch: false,
    hash: (text) => text,
    makeEventId: () => 'made',
  });
  if (!result.ok) throw new Error(result.message);
  return result.event;
}
