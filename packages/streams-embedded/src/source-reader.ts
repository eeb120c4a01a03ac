/**
 * Reads what comes from outside into the engine, partition by partition, and keeps barriers: such a
 * record is handed over alone, once everything that stood in the log when it was met has been
 * handled to its end, and nothing is read after it before it has itself been handled to its end.
 */
import type { Topic } from '@rosi/events';
import type { TopicReader } from '@rosi/streams';
import { EmbeddedError } from './errors.js';
import type { InputPosition } from './state-store.js';

const BYTES_MAX = 8 * 1024 * 1024;

export interface SourceRecord {
  readonly topic: Topic<unknown>;
  readonly partition: number;
  readonly value: unknown;
  readonly timestamp: number;
}

type Place = { -readonly [K in keyof InputPosition]: InputPosition[K] };

/** A partition that has come to a barrier. */
interface Barrier {
  readonly place: Place;
  readonly timestamp: number;
  /** Where each other partition ended when the barrier was met. */
  readonly fences: ReadonlyMap<Place, number>;
}

export interface SourceReaderOptions {
  readonly input: TopicReader;
  readonly places: readonly InputPosition[];
  /** A barrier was handed over by an earlier run, and not handled to its end. */
  readonly isAlone: boolean;
  topicOf(name: string): Topic<unknown>;
}

export class SourceReader {
  private readonly places: readonly Place[];
  /** Met and not handed over yet; at most one a partition. */
  private readonly barriers = new Map<Place, Barrier>();
  /** A barrier is under way. */
  private alone: boolean;

  constructor(private readonly options: SourceReaderOptions) {
    this.places = options.places.map((place) => ({ ...place }));
    this.alone = options.isAlone;
  }

  get positions(): readonly InputPosition[] {
    return this.places;
  }

  get isAlone(): boolean {
    return this.alone;
  }

  /** How many records wait to be read. */
  waiting(): number {
    const { input } = this.options;
    return this.places.reduce(
      (sum, { topic, partition, position }) => sum + input.endOffset(topic, partition) - position,
      0,
    );
  }

  /** The next records, at most so many of each partition; `isIdle`: nothing else is under way. */
  take(recordsMax: number, isIdle: boolean): SourceRecord[] {
    if (this.alone && !isIdle) return [];
    this.alone = false;
    const records = this.places.flatMap((place) => this.read(place, recordsMax));
    if (records.length > 0 || !isIdle) return records;
    // Nothing is left before them: every partition has come to its fence, or to a barrier.
    const oldest = this.oldestBarrier();
    return oldest === null ? [] : this.takeBarrier(oldest.place);
  }

  /** The one before which nothing is left; of barriers that wait for each other the oldest. */
  private oldestBarrier(): Barrier | null {
    const met = [...this.barriers.values()].sort((a, b) => a.timestamp - b.timestamp);
    const isFree = ({ fences }: Barrier) =>
      [...fences].every(([place, fence]) => place.position >= fence);
    return met.find(isFree) ?? met[0] ?? null;
  }

  private read(place: Place, recordsMax: number): SourceRecord[] {
    if (this.barriers.has(place)) return [];
    const room = Math.min(recordsMax, this.fenceOf(place) - place.position);
    const taken: SourceRecord[] = [];
    for (const record of room > 0 ? this.recordsAt(place, room) : []) {
      if (record.topic.isBarrier?.(record.value) === true) {
        this.barriers.set(place, this.meet(place, record.timestamp));
        break;
      }
      taken.push(record);
    }
    place.position += taken.length;
    return taken;
  }

  /** Where the partition has to wait for a barrier of another one. */
  private fenceOf(place: Place): number {
    const fences = [...this.barriers.values()].flatMap(({ fences: of }) => of.get(place) ?? []);
    return Math.min(Number.POSITIVE_INFINITY, ...fences);
  }

  private meet(place: Place, timestamp: number): Barrier {
    const { input } = this.options;
    const others = this.places.filter((other) => other !== place);
    const fences = others.map((other): [Place, number] => [
      other,
      input.endOffset(other.topic, other.partition),
    ]);
    return { place, timestamp, fences: new Map(fences) };
  }

  private takeBarrier(place: Place): SourceRecord[] {
    const records = this.recordsAt(place, 1);
    place.position += records.length;
    this.barriers.delete(place);
    this.alone = true;
    return records;
  }

  private recordsAt({ topic: name, partition, position }: Place, recordsMax: number) {
    const topic = this.options.topicOf(name);
    const limits = { recordsMax, bytesMax: BYTES_MAX };
    const records = this.options.input.read(name, partition, position, limits);
    if (records[0] !== undefined && records[0].offset !== position) {
      throw cutTooFar(name, position, records[0].offset);
    }
    return records.map(({ value, timestamp }) => ({
      topic,
      partition,
      value: topic.codec.decode(value),
      timestamp,
    }));
  }
}

function cutTooFar(topic: string, position: number, first: number): EmbeddedError {
  return new EmbeddedError(
    'ROSI_LOG_CUT_TOO_FAR',
    `Records ${position} to ${first} of ${topic} were removed before they were read; ` +
      'restore the event log from a backup that has them',
  );
}
