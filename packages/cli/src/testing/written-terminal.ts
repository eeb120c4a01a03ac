import type { Terminal } from '../terminal/terminal.js';

/** What a command has written. */
export interface Written {
  out: string;
  err: string;
}

/** A terminal that nobody watches, for tests: what is written comes to stand behind what there is. */
export function writtenTerminal(written: Written): Terminal {
  return {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    interactive: false,
    columns: 100,
    failure: () => 1,
    flushed: async () => undefined,
  };
}
