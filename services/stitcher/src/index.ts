export {
  type StitcherOptions,
  stitcherAtWork,
  stitcherCopyFolder,
  stitcherGroup,
} from './options.js';
export { defaultPages, type Pages } from './pages.js';
export { type StatePlace, statePlace } from './state-place.js';
export { stitcherTopology } from './topology.js';
