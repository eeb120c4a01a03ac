/** Commands of the operator, on their way from the event log to every task that they concern. */
import {
  type CatalogueEntry,
  type CollectedEvent,
  erasuresAsked,
  identifierKey,
  type LedgerCatalogue,
  upkeepBegun,
} from '@rosi/events';
import type { ProcessorContext } from '@rosi/streams';

export const commandOutputs = [upkeepBegun, erasuresAsked] as const;

export class Commands {
  readonly #context: ProcessorContext;

  constructor(context: ProcessorContext) {
    this.#context = context;
  }

  /** False for what the catalogue keeps: its own entries, and the settings. */
  accept(event: CollectedEvent, entry: CatalogueEntry, cause: number): boolean {
    if (entry.kind === 'upkeep') this.#beginUpkeep(event, entry, cause);
    else if (entry.kind === 'erasure') this.#askErasure(event, entry, cause);
    else return false;
    return true;
  }

  /** A version of the settings counts from now on. */
  tellSettings({ workspace, revision, entry }: LedgerCatalogue, cause: number): void {
    if (entry.kind !== 'settings') return;
    const begun = { workspace, work: 'settings', settings: entry.entry, revision, generation: 0 };
    this.#context.emit(upkeepBegun, begun, cause);
  }

  #beginUpkeep({ workspace }: CollectedEvent, { entry }: CatalogueEntry, cause: number): void {
    // Only the constructors of commands write entries of this kind.
    const { work, generation = 0 } = JSON.parse(entry) as { work: string; generation?: number };
    this.#context.emit(
      upkeepBegun,
      { workspace, work, settings: '', revision: 0, generation },
      cause,
    );
  }

  #askErasure(event: CollectedEvent, { id, entry }: CatalogueEntry, cause: number): void {
    const { ended } = JSON.parse(entry) as { ended: boolean };
    const { workspace, identifiers, occurredAt: erasedAt } = event;
    const members = identifiers.map(identifierKey);
    this.#context.emit(erasuresAsked, { workspace, erasure: id, members, erasedAt, ended }, cause);
  }
}
