/**
 * Tells the group, every little while, how far the inputs are handled: for tools that show lag, and
 * for whoever asks from outside whether everything is done. The truth is in the changelogs; what is
 * told here is never ahead of it, and may be behind.
 */
import type { GroupMember } from './group-member.js';
import { Signal } from './signal.js';

const EVERY_MS = 200;

type Positions = ReadonlyMap<string, ReadonlyMap<number, number>>;

export class PositionReports {
  private readonly told = new Map<string, number>();
  private stopping = false;
  private readonly stopped = new Signal();
  private readonly ended: Promise<void>;

  constructor(
    private readonly member: GroupMember,
    private readonly positions: () => Positions,
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
    const news: { topic: string; partition: number; position: number }[] = [];
    for (const [topic, partitions] of this.positions()) {
      for (const [partition, position] of partitions) {
        if (this.told.get(`${topic}/${partition}`) === position) continue;
        news.push({ topic, partition, position });
      }
    }
    if (news.length === 0) return;
    const topics = news.map(({ topic, partition, position }) => ({
      topic,
      partitions: [{ partition, offset: String(position) }],
    }));
    if (!(await this.member.report(topics))) return;
    for (const { topic, partition, position } of news) {
      this.told.set(`${topic}/${partition}`, position);
    }
  }
}
