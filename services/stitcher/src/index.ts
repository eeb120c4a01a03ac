export { defaultPages, type Pages } from './pages.js';
export { stitcherTopology } from './topology.js';
