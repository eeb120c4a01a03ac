/** The embedded event log and the state: the collector and the stitcher make them as they start. */
import { join } from 'node:path';
import { logReader } from '@rosi/streams';
import { openEventLog, openState } from '@rosi/streams-embedded';
import { eventually } from './eventually.js';
import type { Logs } from './logs.js';

export async function openEmbeddedLogs(dataDir: string): Promise<Logs> {
  const events = await eventually(
    () => openEventLog({ dir: join(dataDir, 'events'), readOnly: true }),
    isMissing,
  );
  try {
    const state = await eventually(() => openState({ dir: join(dataDir, 'state') }), isMissing);
    return { events: logReader(events), ledger: logReader(state), opened: [events, state] };
  } catch (error) {
    await events.close();
    throw error;
  }
}

const isMissing = (error: unknown) =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ROSI_LOG_MISSING' || error.code === 'ROSI_STATE_MISSING');
