/** The page at `/`: what posts, influencers and ads earned, live, with receipts. */
export { dashboard } from './dashboard.js';
export type { DashboardOptions, Pipeline, Receipt } from './options.js';
export { type DashboardServer, type DashboardServerOptions, startDashboard } from './start.js';
