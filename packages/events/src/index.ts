export type { Codec } from './codec.js';
export * from './generated/records.js';
export * from './topics.js';
