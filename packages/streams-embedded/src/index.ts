export {
  type Checkpoints,
  type ConsumerPlace,
  openCheckpoints,
  placeKey,
  readPosition,
} from './checkpoints.js';
export { copyEnvironment } from './copy-environment.js';
export type { CycleBudget } from './engine.js';
export { EmbeddedError, type EmbeddedErrorCode } from './errors.js';
export { type EventLog, type EventLogOptions, openEventLog } from './event-log.js';
export { openState, type StateReader } from './open-state.js';
export type { Retention } from './partition-log.js';
export { type EmbeddedOptions, type EmbeddedRuntime, runEmbedded } from './run-embedded.js';
export type { InputPosition, StateProgress } from './state-store.js';
export { type MovableProcessor, openStateToMove, type StateToMove } from './state-to-move.js';
