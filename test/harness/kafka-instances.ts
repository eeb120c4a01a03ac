/** Instances of the stitcher as processes, started and ended by a test; each has its own folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommitStep, KafkaOptions } from '@rosi/streams-kafka';

const PROGRAM = fileURLToPath(new URL('./kafka-instance.mjs', import.meta.url));

export interface InstanceOptions {
  readonly kafka: KafkaOptions;
  readonly prefix: string;
  readonly partitions: number;
  readonly groupId: string;
  readonly sessionMs: number;
  readonly replicas?: number;
}

export interface DieAfter {
  readonly step: CommitStep;
  /** The step at which it dies, counted from 1. */
  readonly times: number;
}

export class KafkaInstance {
  readonly dir: string = mkdtempSync(join(tmpdir(), 'rosi-instance-'));
  private child: ChildProcess | undefined;
  private said = '';

  constructor(private readonly options: InstanceOptions) {}

  /** Starts it, or starts it again on the same folder; resolves without waiting for its tasks. */
  start(dieAfter?: DieAfter): void {
    const options = JSON.stringify({ ...this.options, dir: this.dir, dieAfter });
    this.child = spawn(process.execPath, [PROGRAM, options], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.said = (this.said + chunk.toString()).slice(-4000);
    });
  }

  /** What it has ended with that nobody asked for. */
  get fault(): Error | undefined {
    const code = this.child?.exitCode;
    return code === null || code === undefined || code === 0
      ? undefined
      : new Error(`An instance ended with ${code}: ${this.said}`);
  }

  /** Resolves when it has ended, by itself or by a signal. */
  async ended(): Promise<void> {
    const { child } = this;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      await once(child, 'exit');
    }
  }

  send(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  async kill(): Promise<void> {
    this.send('SIGKILL');
    await this.ended();
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
