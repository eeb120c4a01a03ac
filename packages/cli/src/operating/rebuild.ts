/** `rosi recompute` and `rosi replay`. */
import { join } from 'node:path';
import { RosiError } from '@rosi/service-kit';
import { type ApiOptions, done, sendJson } from '../reading/api.js';
import {
  dataDirOf,
  type Environment,
  httpUrlOf,
  type InstanceFlags,
  secretKeyOf,
} from '../reading/instance.js';
import { openDataFolder } from '../start/data-folder.js';
import type { Terminal } from '../terminal/terminal.js';
import { untilSettled } from './settled.js';

export interface RebuildCommand {
  readonly env: Environment;
  readonly flags: InstanceFlags;
  readonly wait: boolean;
  readonly terminal: Terminal;
}

export async function recompute({ env, flags, wait, terminal }: RebuildCommand): Promise<0> {
  const api = { url: httpUrlOf(env, flags), secretKey: secretKeyOf(env, flags) };
  done(await sendJson(api, 'POST', '/v1/recompute', {}), '/v1/recompute');
  if (wait) await untilSettled(api, terminal);
  terminal.err(
    wait ? 'rosi: every order has been evaluated again\n' : 'rosi: orders are evaluated again\n',
  );
  return 0;
}

export async function replay(command: RebuildCommand): Promise<0> {
  const { env, flags, wait, terminal } = command;
  const api = runningApi(env, flags);
  try {
    if (api !== null) done(await sendJson(api, 'POST', '/v1/replay', {}), '/v1/replay');
  } catch (error) {
    if (!(error instanceof RosiError) || error.code !== 'ROSI_NOT_RUNNING') throw error;
    await noteReplay(command);
    return 0;
  }
  if (api === null) {
    await noteReplay(command);
    return 0;
  }
  if (wait) await untilSettled(api, terminal);
  terminal.err(wait ? 'rosi: the tables are filled again\n' : 'rosi: the replay has begun\n');
  return 0;
}

/** Null when nothing says that it runs. */
function runningApi(env: Environment, flags: InstanceFlags): ApiOptions | null {
  try {
    return { url: httpUrlOf(env, flags), secretKey: secretKeyOf(env, flags) };
  } catch (error) {
    if (error instanceof RosiError && error.code === 'ROSI_NOT_RUNNING') return null;
    throw error;
  }
}

/** The next start carries it out. */
async function noteReplay({ env, flags, terminal }: RebuildCommand): Promise<void> {
  const dataDir = dataDirOf(env, flags);
  const folder = openDataFolder(dataDir);
  try {
    // Loaded here: only this way through the command needs the store.
    const { openCheckpoints } = await import('@rosi/streams-embedded');
    const { askReplay } = await import('@rosi/warehouse-loader');
    const checkpoints = await openCheckpoints({ dir: join(dataDir, 'loader') });
    await askReplay(checkpoints, Date.now());
    await checkpoints.close();
  } finally {
    folder.release();
  }
  terminal.err(`rosi: ROSI does not run; its next start with ${dataDir} fills the tables again\n`);
}
