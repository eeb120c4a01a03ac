export { type Written, writtenTerminal } from './written-terminal.js';
