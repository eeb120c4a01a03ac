/**
 * Tells the group, every little while, how far the inputs are handled: for tools that show lag, and
 * for whoever asks from outside whether everything is done. The truth is in the changelogs; what is
 * told here is never ahead of it, and may be behind.
 */
import type { GroupMember } from './group-member.js';
import { placeKey } from './offsets.js';
import type { HandledPlace } from './purge.js';
import { Signal } from './signal.js';

const EVERY_MS = 200;

export class PositionReports {
  private readonly told = new Map<string, number>();
  private stopping = false;
  private readonly stopped = new Signal();
  private readonly ended: Promise<void>;

  constructor(
    private readonly member: GroupMember,
    private readonly positions: () => readonly HandledPlace[],
  ) {
    this.ended = this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.stopped.notify();
    await this.ended;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      await this.stopped.wait(EVERY_MS);
      await this.report();
    }
  }

  private async report(): Promise<void> {
    const news = this.positions().filter((one) => this.told.get(placeKey(one)) !== one.upTo);
    if (news.length === 0) return;
    const topics = news.map(({ topic, partition, upTo }) => ({
      topic,
      partitions: [{ partition, offset: String(upTo) }],
    }));
    if (!(await this.member.report(topics))) return;
    for (const place of news) this.told.set(placeKey(place), place.upTo);
  }
}
