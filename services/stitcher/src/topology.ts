/** The stitcher's topology: four processors, from collected events to the ledger. */
import type { AttributionSettings } from '@rosi/attribution';
import type { Topology } from '@rosi/streams';
import { identifiers } from './identifiers/identifiers.js';
import { identity } from './identity/identity.js';
import { journeys } from './journeys/journeys.js';
import { repeats } from './repeats.js';

export function stitcherTopology(settings: AttributionSettings): Topology {
  return { processors: [repeats, identifiers(settings), identity, journeys(settings)] };
}
