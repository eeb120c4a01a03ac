/** Seeded sets of events, other arrivals of them, and the search for a small failing set. */
export {
  type GeneratedSet,
  type GeneratorOptions,
  generate,
  weightsOfCommands,
  weightsOverHttp,
} from './generate.js';
export { invalidEvents } from './hygiene-situations.js';
export { Random } from './random.js';
export { cutBatches, cutRequests, injectDuplicates, shuffle } from './rearrange.js';
export { type ShrinkOptions, shrink } from './shrink.js';
export { type SituationName, situationNames } from './situations.js';
export type { GeneratedEvent } from './world.js';
