/** The two shapes of importers: by line, and by row of a table with a header. Both are synchronous. */
import type { ImportItem } from './item.js';

export interface LineImporter {
  /** Lines without their end, numbered from 1, empty ones left out. */
  line(text: string, number: number): ImportItem;
}

/** Cells by the column's name as the header has it. */
export type Row = Readonly<Record<string, string>>;

export interface RowImporter {
  /** `number` is the line on which the row begins. A row may complete events of rows before. */
  row(row: Row, number: number): readonly ImportItem[];
  /** After the last row. */
  end(): readonly ImportItem[];
}
