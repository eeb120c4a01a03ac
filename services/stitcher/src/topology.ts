/** The stitcher's topology: four processors, from collected events to the ledger. */
import type { AttributionSettings } from '@rosi/attribution';
import type { TextHash } from '@rosi/events';
import type { Topology } from '@rosi/streams';
import { identifiers } from './identifiers/identifiers.js';
import { identity } from './identity/identity.js';
import { journeys } from './journeys/journeys.js';
import { defaultPages, type Pages } from './pages.js';
import { repeats } from './repeats.js';

export interface StitcherSettings {
  /** What holds for a workspace that has stated none. */
  readonly attribution: AttributionSettings;
  /** Under the suppression key; the same for as long as the state lives. */
  readonly hash: TextHash;
  /** Smaller ones let tests see work that takes several batches. */
  readonly pages?: Pages;
}

export function stitcherTopology(settings: StitcherSettings): Topology {
  const { attribution, hash, pages = defaultPages } = settings;
  return {
    processors: [
      repeats(hash),
      identifiers(attribution, hash, pages),
      identity(hash),
      journeys(attribution, pages),
    ],
  };
}
