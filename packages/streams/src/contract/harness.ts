/** What a runtime gives to be held against the contract. */
import type { Topic } from '@rosi/events';
import type { OutcomeCounts } from '../outcomes.js';
import type { Topology } from '../topology.js';

export interface RuntimeLimits {
  readonly partitions: number;
  readonly batchRecordsMax?: number;
  /** Records after which a runtime commits although more are left, where it has such a limit. */
  readonly commitRecordsMax?: number;
}

/** A topology under way on one runtime. */
export interface RunningTopology {
  pipe<T>(
    topic: Topic<T>,
    values: readonly { readonly value: T; readonly timestamp: number }[],
  ): Promise<void>;
  /** Resolves when nothing is left to do; rejects with what a processor has thrown. */
  settle(): Promise<void>;
  /** Lets it do a part of its work, then stops it as a restart would, and starts it again. */
  interrupt(): Promise<void>;
  /** Starts it again after a fault. */
  recover(): Promise<void>;
  /** Records of a topic that no processor reads; those of one key in their order. */
  output<T>(topic: Topic<T>): Promise<T[]>;
  outcomes(): OutcomeCounts[];
  close(): Promise<void>;
}

export type StartTopology = (topology: Topology, limits: RuntimeLimits) => Promise<RunningTopology>;

/** One promise that every runtime keeps. */
export interface ContractCase {
  readonly name: string;
  /** Rejects with an assertion error when the runtime does not keep it. */
  run(start: StartTopology): Promise<void>;
}

/** Starts, runs, and closes whatever happens. */
export async function withTopology(
  start: StartTopology,
  topology: Topology,
  limits: RuntimeLimits,
  body: (running: RunningTopology) => Promise<void>,
): Promise<void> {
  const running = await start(topology, limits);
  try {
    await body(running);
  } finally {
    await running.close();
  }
}
