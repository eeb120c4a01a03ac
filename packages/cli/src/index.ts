/** The `rosi` command as a module, for tests and other entries. */
export { main } from './main.js';
export { createProgram } from './program.js';
export type { ProgramContext } from './program-context.js';
export { readStartConfig, type StartConfig } from './start/config.js';
export { runStart, type StartOptions } from './start/start.js';
