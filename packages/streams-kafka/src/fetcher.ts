/**
 * Reads the inputs of all tasks of an instance: one request after another to each broker, for
 * whatever its partitions have room for. Failures of a broker are waited out here; what is wrong
 * with one partition is its task's to know.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaConnection } from './connection.js';
import { type FetchedPartition, type FetchRange, fetchRecords } from './fetch-records.js';
import { Signal } from './signal.js';

const LIMITS = { waitMs: 100, bytesMax: 16 * 1024 * 1024, partitionBytesMax: 1024 * 1024 };
const RETRY_MS = 100;
const IDLE_MS = 1000;
const LEADERS_MS = 2000;
const STALE_METADATA = new Set([
  'NOT_LEADER_FOR_PARTITION',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'KAFKA_STORAGE_ERROR',
  'REPLICA_NOT_AVAILABLE',
]);

export interface FetchSource {
  readonly topic: string;
  readonly partition: number;
  /** Where to read on; undefined: there is no room at present. */
  from(): number | undefined;
  /** What was read from there; its `error` is one that waiting does not mend. */
  take(fetched: FetchedPartition): void;
}

export class Fetcher {
  private readonly sources = new Set<FetchSource>();
  private readonly loops = new Map<number, Promise<void>>();
  private readonly changed = new Signal();
  private readonly closing = new Signal();
  private readonly upkeep: Promise<void>;
  private closed = false;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly onTrouble: (error: unknown) => void,
  ) {
    this.upkeep = this.keepLeaders();
  }

  /** A partition may have several, where several processors read it. */
  add(source: FetchSource): void {
    this.sources.add(source);
    this.startLoops();
    this.changed.notify();
  }

  remove(source: FetchSource): void {
    this.sources.delete(source);
  }

  /** A source has room again. */
  resume(): void {
    this.changed.notify();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.changed.notify();
    this.closing.notify();
    await Promise.all([...this.loops.values(), this.upkeep]);
  }

  /** A partition that had no leader when it was added is found once it has one. */
  private async keepLeaders(): Promise<void> {
    for (;;) {
      await this.closing.wait(LEADERS_MS);
      if (this.closed) return;
      const isLed = [...this.sources].every((one) => this.leaderOf(one) !== undefined);
      if (!isLed) await this.refresh();
    }
  }

  private startLoops(): void {
    for (const source of this.sources) {
      const node = this.leaderOf(source);
      if (this.closed || node === undefined || this.loops.has(node)) continue;
      const loop = this.loop(node).finally(() => this.loops.delete(node));
      this.loops.set(node, loop);
    }
  }

  private leaderOf({ topic, partition }: FetchSource): number | undefined {
    try {
      return this.connection.leaderId(topic, partition);
    } catch {
      return undefined;
    }
  }

  private async loop(node: number): Promise<void> {
    while (!this.closed) {
      const led = [...this.sources].filter((source) => this.leaderOf(source) === node);
      const wanted = rangesOf(led);
      if (wanted.length === 0) {
        await this.changed.wait(IDLE_MS);
        continue;
      }
      try {
        const broker = await this.connection.broker(node);
        const fetched = await fetchRecords(broker, wanted, LIMITS);
        if (this.handOut(wanted, fetched)) await this.refresh();
      } catch (error) {
        this.onTrouble(error);
        await this.refresh();
      }
    }
  }

  /** True: some partition may have another leader now. */
  private handOut(wanted: readonly FetchRange[], fetched: readonly FetchedPartition[]): boolean {
    const asked = new Map(wanted.map((range) => [keyOf(range), range.from]));
    let isStale = false;
    for (const answer of fetched) {
      if (answer.error !== undefined && STALE_METADATA.has(answer.error)) {
        isStale = true;
        continue;
      }
      // While the request was under way a source may have gone, or been set to another place.
      for (const source of this.sources) {
        if (keyOf(source) !== keyOf(answer)) continue;
        if (source.from() === asked.get(keyOf(answer))) source.take(answer);
      }
    }
    return isStale;
  }

  private async refresh(): Promise<void> {
    await delay(RETRY_MS);
    try {
      await this.connection.refresh();
    } catch (error) {
      this.onTrouble(error);
    }
    this.startLoops();
  }
}

function keyOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}/${partition}`;
}

/** A request names a partition once: of several sources the one that is behind goes first. */
function rangesOf(sources: readonly FetchSource[]): FetchRange[] {
  const ranges = new Map<string, FetchRange>();
  for (const source of sources) {
    const { topic, partition } = source;
    const from = source.from();
    const behind = ranges.get(keyOf(source))?.from ?? Number.POSITIVE_INFINITY;
    if (from !== undefined && from < behind) ranges.set(keyOf(source), { topic, partition, from });
  }
  return [...ranges.values()];
}
