/**
 * Removes records between processors once they are handled: no age may do it, since they carry old
 * times, and nobody but their one task reads them. Only what the changelog says is handled goes.
 */
import type { KafkaConnection } from './connection.js';
import type { TopicPartitions } from './kafkajs-internals.js';
import { type Place, placeKey } from './offsets.js';
import { Signal } from './signal.js';

export interface HandledPlace extends Place {
  /** Committed as handled, exclusive. */
  readonly upTo: number;
}

export class Purge {
  private readonly gone = new Map<string, number>();
  private stopping = false;
  private readonly stopped = new Signal();
  private readonly ended: Promise<void>;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly everyMs: number,
    private readonly handled: () => readonly HandledPlace[],
    private readonly onTrouble: (error: unknown) => void,
  ) {
    this.ended = this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.stopped.notify();
    await this.ended;
  }

  private async run(): Promise<void> {
    for (;;) {
      await this.stopped.wait(this.everyMs);
      if (this.stopping) return;
      try {
        await this.purge();
      } catch (error) {
        // What is left this time goes the next time.
        this.onTrouble(error);
      }
    }
  }

  private async purge(): Promise<void> {
    const due = this.handled().filter((one) => one.upTo > (this.gone.get(placeKey(one)) ?? 0));
    const byLeader = new Map<number, HandledPlace[]>();
    for (const place of due) {
      const leader = this.connection.leaderId(place.topic, place.partition);
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), place]);
    }
    for (const [leader, places] of byLeader) {
      const broker = await this.connection.broker(leader);
      const topics: TopicPartitions<{ partition: number; offset: string }>[] = places.map(
        ({ topic, partition, upTo }) => ({
          topic,
          partitions: [{ partition, offset: String(upTo) }],
        }),
      );
      await broker.deleteRecords({ topics });
      for (const place of places) this.gone.set(placeKey(place), place.upTo);
    }
  }
}
