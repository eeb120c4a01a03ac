/**
 * Lets the first copy of an event through and counts the rest. Keyed by event_id, so that whatever
 * a repeat carries, exactly one copy counts in the whole workspace (docs/adr/0005-repeats-first.md).
 */
import { type CollectedEvent, eventsAccepted, eventsCollected } from '@rosi/events';
import { type Processor, type ProcessorDeclaration, stateKey } from '@rosi/streams';

const SEEN = Buffer.alloc(0);

export const repeats: ProcessorDeclaration = {
  name: 'repeats',
  inputs: [eventsCollected],
  outputs: [eventsAccepted],
  stateVersion: 1,
  create(context): Processor {
    return {
      process(_topic, value, timestamp) {
        const event = value as CollectedEvent;
        const key = stateKey(event.workspace, event.eventId);
        if (context.state.get(key) !== undefined) {
          context.count('drop', 'repeat');
          return;
        }
        context.state.put(key, SEEN);
        context.emit(eventsAccepted, event, timestamp);
        context.count('ok', 'first');
      },
      endBatch() {},
    };
  },
};
