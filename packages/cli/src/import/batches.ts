/** Cuts events into requests that the collector takes: at most 1,000 events and 4 MB. */
import type { ImportEvent } from './item.js';

export interface NumberedEvent {
  readonly line: number;
  readonly event: ImportEvent;
  /** As it is sent. */
  readonly json: string;
}

const eventsMax = 1_000;
const bytesMax = 4_000_000;

export interface Batches {
  /** The batch that is full now, or null. */
  add(line: number, event: ImportEvent): readonly NumberedEvent[] | null;
  /** What is left; empty when nothing is. */
  rest(): readonly NumberedEvent[];
}

export function createBatches(): Batches {
  let batch: NumberedEvent[] = [];
  let bytes = 0;
  const take = () => {
    const full = batch;
    batch = [];
    bytes = 0;
    return full;
  };
  return {
    add(line, event) {
      const json = JSON.stringify(event);
      const size = Buffer.byteLength(json) + 1;
      const full = batch.length >= eventsMax || (batch.length > 0 && bytes + size > bytesMax);
      const ready = full ? take() : null;
      batch.push({ line, event, json });
      bytes += size;
      return ready;
    },
    rest: take,
  };
}
