/**
 * What became of records, as the copies of state on this machine tell it: for status, from another
 * thread than the one that runs the topology. Only of tasks that this machine has a copy of.
 */
import { createOutcomeTally, type OutcomeCounts } from '@rosi/streams';
import { decodeDocument, documentKey } from './changelog.js';
import { openSharedState } from './local-state.js';

export interface LocalOutcomes {
  outcomes(): OutcomeCounts[];
  close(): Promise<void>;
}

export function openLocalOutcomes(dir: string): LocalOutcomes {
  const local = openSharedState(dir);
  return {
    outcomes() {
      local.refresh();
      const tally = createOutcomeTally();
      for (const task of local.tasks()) {
        const document = local.copyOf(task).get(documentKey);
        if (document === undefined) continue;
        for (const { processor, outcome, reason, count } of decodeDocument(document).outcomes) {
          tally.add(processor, outcome, reason, count);
        }
      }
      return tally.list();
    },
    close: () => local.close(),
  };
}
