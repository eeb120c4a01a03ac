/** Generated events as records of the log; an operator's commands as the product makes them. */
import {
  type CollectedEvent,
  erasureEvents,
  recomputeEvent,
  replayEvent,
  settingsEvent,
} from '@rosi/events';
import type { OracleEvent, OracleSettings } from '../oracle/index.js';
import { collectOne } from '../property/collecting.js';

const workspace = 'default';

interface Command {
  readonly type: string;
  readonly settings?: unknown;
  readonly upkeep?: { readonly work: string };
}

const commands = ['settings', 'upkeep', 'erase'];

/** The records of one event; none when it is not accepted. */
export function recordsOf(
  event: OracleEvent,
  settings: OracleSettings,
  index: number,
): readonly CollectedEvent[] {
  const body = event.body as Command; // the generator makes objects with a type
  if (!commands.includes(body.type)) {
    const collected = collectOne(event, settings, index);
    return collected === null ? [] : [collected];
  }
  // Id, time and identifiers are read as those of any event.
  const read = collectOne({ ...event, body: { ...body, type: 'identify' } }, settings, index);
  if (read === null) return [];
  const { eventId, occurredAt: at, identifiers } = read;
  const command = { workspace, eventId, at };
  if (body.type === 'settings') return [settingsEvent(command, JSON.stringify(body.settings))];
  if (body.type === 'upkeep') {
    return [body.upkeep?.work === 'replay' ? replayEvent(command) : recomputeEvent(command)];
  }
  return erasureEvents(command, `secret of ${eventId}`, identifiers);
}
