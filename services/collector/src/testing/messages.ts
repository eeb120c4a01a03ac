/** Reads trackers' messages as their routes do, and their events as the collector does. */
import type { CollectedEvent } from '@rosi/events';
import { accept } from '../accept.js';
import type { MessageContext, MessageReading, RawEvent } from '../trackers/message.js';
import { startedAt } from './fixture.js';

const hash = (text: string) => `hash-of-${text.length}-characters-padded-to-more-than-forty`;

export const messageContext: MessageContext = {
  receivedAt: startedAt,
  requestAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/140.0',
  hash,
};

/** The event of a reading; throws when there is none. */
export function eventOf(reading: MessageReading | undefined): RawEvent {
  if (reading?.kind !== 'event') throw new Error(`no event: ${JSON.stringify(reading)}`);
  return reading.event;
}

/** What the collector makes of it for a key; the code where it is rejected. */
export function collectedBy(event: RawEvent, keyKind: 'secret' | 'write'): CollectedEvent | string {
  const context = {
    workspace: 'default',
    ownDomains: [],
    hash,
    receivedAt: startedAt,
    keyKind,
    source: keyKind === 'write' ? 'pixel' : 'server',
    requestUserAgent: '',
    secGpc: false,
    prefetch: false,
    makeEventId: () => 'made',
  } as const;
  const { records, rejected } = accept([event], context, 32);
  const code = rejected[0]?.code;
  const record = records[0]?.value;
  if (code !== undefined) return code;
  if (record === undefined) throw new Error('neither accepted nor rejected');
  return record;
}
