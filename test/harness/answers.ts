/**
 * What the product's two HTTP faces answer, read carefully: the collector's JSON and ClickHouse's
 * rows. Guarantees: a 64-bit integer arrives as a number when that is exact and as a bigint when
 * it is not; an answer that isn't what the contract promises throws with the text received.
 */

/** One value of a row as ClickHouse's JSON formats write it. */
export type Cell = string | number | bigint | boolean | null | readonly Cell[] | CellObject;
export interface CellObject {
  readonly [name: string]: Cell;
}
export type Row = CellObject;

export interface Rejection {
  readonly index: number;
  readonly event_id: string | null;
  readonly code: string;
  readonly message: string;
}

/** The collector's answer to a request of events. `body` is the text as received. */
export interface EventsAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}
export interface EventsAccepted {
  readonly accepted: number;
  readonly rejected: readonly Rejection[];
}

/** The 202 answer's body; throws when the answer is another one. */
export function acceptedOf(answer: EventsAnswer): EventsAccepted {
  if (answer.status !== 202) {
    throw new Error(`POST /v1/events answered ${answer.status}: ${answer.body.slice(0, 2_000)}`);
  }
  // The shape is the contract's; the examples that read it check its fields.
  return JSON.parse(answer.body) as EventsAccepted;
}

const wholeNumber = /^(?:Nullable\()?U?Int64\)?$/;

function cellOf(cell: Cell, type: string): Cell {
  if (typeof cell !== 'string' || !wholeNumber.test(type)) return cell;
  const exact = BigInt(cell);
  return BigInt(Number(exact)) === exact && Number.isSafeInteger(Number(exact))
    ? Number(exact)
    : exact;
}

/** Rows of ClickHouse's format JSONCompactEachRowWithNamesAndTypes, 64-bit integers quoted. */
export function rowsOf(text: string): Row[] {
  const lines = text.split('\n').filter((line) => line !== '');
  const [names, types, ...cells] = lines.map((line) => JSON.parse(line) as Cell[]);
  if (names === undefined || types === undefined) {
    throw new Error(`ClickHouse's answer has no header: ${text.slice(0, 500)}`);
  }
  return cells.map((row) =>
    Object.fromEntries(
      row.map((cell, index) => [String(names[index]), cellOf(cell, String(types[index]))]),
    ),
  );
}

/** A row without the time of its recording, which alone may differ after a replay. */
export function withoutRecordedAt(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'recorded_at'));
}
