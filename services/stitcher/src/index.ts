export { type StitcherOptions, stitcherCopyFolder, stitcherGroup } from './options.js';
export { stitcherTopology } from './topology.js';
