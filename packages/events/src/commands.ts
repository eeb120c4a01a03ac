/**
 * What an operator asks of the whole pipeline goes through the event log like everything else, so
 * that it has its place there, is durable, and reaches every task. No producer can send these.
 */
import type { CollectedEvent, Identifier } from './generated/records.js';

/** Kinds of the entry that a command carries instead of a catalogue entry. */
export const commandKinds = ['settings', 'upkeep', 'erasure'] as const;

/** Whether an accepted event is a command, and tells nothing that happened. */
export function isCommand(event: CollectedEvent): boolean {
  return commandKinds.some((kind) => kind === event.catalogue?.kind);
}

interface Command {
  readonly workspace: string;
  /** Unique, as every event's. */
  readonly eventId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The attribution settings of a workspace, JSON; the latest version counts, as in the catalogue. */
export function settingsEvent(command: Command, settings: string): CollectedEvent {
  return commandEvent(command, 'settings', 'attribution', settings);
}

/** Every order is valued again by the settings that count. */
export function recomputeEvent(command: Command): CollectedEvent {
  return commandEvent(command, 'upkeep', command.eventId, JSON.stringify({ work: 'recompute' }));
}

/** Every current row is recorded again, in a generation of its own: the command's time. */
export function replayEvent({ workspace, at }: Omit<Command, 'eventId'>): CollectedEvent {
  const entry = JSON.stringify({ work: 'replay', generation: at });
  const eventId = `replay:${at}`; // Whoever asks for the same one again changes nothing.
  return commandEvent({ workspace, eventId, at }, 'upkeep', eventId, entry);
}

/**
 * The persons of these identifiers are erased. `erasure` is random, made for this erasure alone:
 * the new names come of it. Both events are to be appended at once, in this order.
 */
export function erasureEvents(
  command: Command,
  erasure: string,
  identifiers: readonly Identifier[],
): readonly [CollectedEvent, CollectedEvent] {
  const begun = commandEvent(command, 'erasure', erasure, JSON.stringify({ ended: false }));
  const ended = commandEvent(
    { ...command, eventId: `${command.eventId}:ended` },
    'erasure',
    erasure,
    JSON.stringify({ ended: true }),
  );
  return [{ ...begun, identifiers }, ended];
}

/** An identifier is known, and nothing else. */
export function identifyEvent(command: Command, identifier: Identifier): CollectedEvent {
  return { ...emptyEvent(command, 'identify'), identifiers: [identifier] };
}

function commandEvent(
  command: Command,
  kind: (typeof commandKinds)[number],
  id: string,
  entry: string,
): CollectedEvent {
  return { ...emptyEvent(command, kind), catalogue: { kind, id, entry } };
}

function emptyEvent({ workspace, eventId, at }: Command, type: string): CollectedEvent {
  return {
    workspace,
    eventId,
    type,
    occurredAt: at,
    receivedAt: at,
    source: 'server',
    identifiers: [],
    platform: '',
    medium: '',
    mediaType: '',
    postId: '',
    influencerId: '',
    campaignId: '',
    linkId: '',
    programId: '',
    utm: null,
    page: null,
    interaction: null,
    order: null,
    refund: null,
    catalogue: null,
    touchpoint: false,
    bot: false,
    consentAnalytics: null,
    consentMarketing: null,
    properties: '{}',
  };
}
