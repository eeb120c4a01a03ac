export { type StitcherOptions, stitcherCopyFolder, stitcherGroup } from './options.js';
export { defaultPages, type Pages } from './pages.js';
export { stitcherTopology } from './topology.js';
