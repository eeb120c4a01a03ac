/**
 * Where an entry of a processor's state belongs when tasks become more than one: to the task that
 * gets the records of the entry's node. What every task has is needed by all of them.
 */
import { leadingStrings } from '@rosi/streams';
import { digestMark } from './key-part.js';
import { UPKEEP } from './upkeep.js';

/** A key as topics have it, whose partition is the place; or every partition. */
export type StatePlace = { readonly key: string } | 'every';

export function statePlace(processor: string, entry: Uint8Array): StatePlace {
  const [workspace, node] = leadingStrings(entry, 2);
  if (workspace === undefined) throw new Error(`An entry of ${processor} has no workspace`);
  switch (processor) {
    case 'identity':
      return { key: workspace };
    case 'repeats':
      // Events are known by hashes alone, which don't tell where their repeats will come.
      return 'every';
    case 'identifiers':
    case 'journeys':
      if (node === undefined) throw new Error(`An entry of ${processor} has no node`);
      if (node === UPKEEP || node.startsWith(`coupon:${digestMark}`)) return 'every';
      return { key: `${workspace}/${node}` };
    default:
      throw new Error(`Nobody has said where the state of ${processor} belongs`);
  }
}
