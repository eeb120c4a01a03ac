/**
 * Where a connector goes on: one small file, written after the events before it were accepted. So
 * after a crash the connector repeats what it may have sent already, which its event ids make
 * harmless, and never passes over anything.
 */
import { RosiError, readIfThere, writeDurably } from '@rosi/service-kit';
import * as z from 'zod';

const schema = z.object({ version: z.literal(1), source: z.string(), cursor: z.string() });

export class CursorFile {
  readonly #path: string;
  readonly #source: string;

  constructor(path: string, source: string) {
    this.#path = path;
    this.#source = source;
  }

  /** Null: none was written yet. */
  read(): string | null {
    const text = readIfThere(this.#path);
    if (text === null) return null;
    const read = schema.safeParse(jsonOf(text));
    if (read.success && read.data.source === this.#source) return read.data.cursor;
    throw new RosiError(
      'ROSI_DATA_DIR_UNUSABLE',
      `${this.#path} is not the cursor of a ${this.#source} connector. Remove the file to begin ` +
        'anew from now on, or name the connector otherwise.',
    );
  }

  write(cursor: string): void {
    writeDurably(this.#path, `${JSON.stringify({ version: 1, source: this.#source, cursor })}\n`);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
