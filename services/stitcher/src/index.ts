export { stitcherTopology } from './topology.js';
