/** Progress in one line of stderr for whoever is watching; nothing at all when nobody is. */
import type { Terminal } from './terminal.js';

/** Writes over what was shown before; an empty text takes it away. */
export function showProgress(terminal: Terminal, text: string): void {
  if (terminal.interactive) terminal.err(`\r\u001b[K${text}`);
}
