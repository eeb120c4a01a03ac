/**
 * What an example of the contract is: events sent, and what must be read afterwards. Guarantees:
 * every identifier, event and entry of an example carries the example's own prefix, so that
 * hundreds of examples share one running product without touching each other; rows come back with
 * the prefix taken away again, so that an example reads as if it were alone.
 */
import { createHmac } from 'node:crypto';
import type { Cell, Row } from '../harness/answers.js';
import { hashKey } from '../harness/product.js';

export type IncomingEvent = Readonly<Record<string, unknown>>;

/** Rows that a query must give, in this order unless told otherwise; booleans as 1 and 0. */
export interface Expectation {
  readonly sql: string;
  readonly rows: readonly Row[];
  /** Neither the order of the rows nor that of the lists in them matters. */
  readonly anyOrder?: boolean;
}

export interface Step {
  /** Sent by a server, in this order. */
  readonly events?: readonly IncomingEvent[];
  /** Sent by a pixel, after the server's. */
  readonly pixel?: readonly IncomingEvent[];
  /** Headers of these requests; the step's events are then sent by themselves. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Positions in `events` that must be rejected; all others must be accepted. */
  readonly rejected?: readonly number[];
  /** The same for `pixel`. */
  readonly rejectedPixel?: readonly number[];
  /** What must be read once everything sent so far is settled. */
  readonly expect?: readonly Expectation[];
}

export interface Example {
  readonly title: string;
  /** Quotes of the contract, each a part of one sentence in sentences.json. */
  readonly sentences: readonly string[];
  readonly names: Names;
  readonly steps: readonly Step[];
  /** Holds only for the time zone given; absent: for any. */
  readonly timezone?: string;
  /** True when sending its events in another order, or twice, would be another example. */
  readonly asWritten: boolean;
}

/** Makes an example's names; called with a short name, gives the name in this example. */
export interface Names {
  (name: string): string;
  readonly prefix: string;
  code(name: string): string;
  email(name: string): string;
  phone(number: number): string;
  handle(name: string): string;
  /** The hash under which an e-mail address or phone number is kept. */
  hashed(text: string): string;
  /** Hashes of this example's addresses and numbers, with the short name of each. */
  hashes(): ReadonlyMap<string, string>;
}

function makeNames(number: number): Names {
  const prefix = `x${number.toString(36).padStart(3, '0')}-`;
  const hashes = new Map<string, string>();
  const hashed = (text: string) => createHmac('sha256', hashKey).update(text).digest('hex');
  const remembered = (text: string, name: string) => {
    hashes.set(hashed(text), name);
    return text;
  };
  const names = (name: string) => `${prefix}${name}`;
  return Object.assign(names, {
    prefix,
    code: (name: string) => `${prefix}${name}`.toUpperCase(),
    email: (name: string) => remembered(`${prefix}${name}@example.org`, name),
    phone: (line: number) =>
      remembered(
        `+336${String(number).padStart(4, '0')}${String(line).padStart(4, '0')}`,
        `phone ${line}`,
      ),
    handle: (name: string) => `mastodon:@${prefix}${name}@social.example`,
    hashed,
    hashes: () => hashes,
  });
}

/** Takes the example's prefix and hashes out of whatever a query gave. */
function plainCell(names: Names, cell: Cell): Cell {
  if (typeof cell === 'boolean') return cell ? 1 : 0;
  if (typeof cell === 'string') {
    const known = names.hashes();
    return cell
      .replaceAll(names.prefix, '')
      .replaceAll(names.prefix.toUpperCase(), '')
      .replaceAll(/[0-9a-f]{64}/g, (hash) => known.get(hash) ?? hash);
  }
  if (Array.isArray(cell)) return cell.map((inner: Cell) => plainCell(names, inner));
  if (typeof cell === 'object' && cell !== null) {
    return Object.fromEntries(
      Object.entries(cell).map(([name, inner]) => [name, plainCell(names, inner)]),
    );
  }
  return cell;
}
export function plainRows(names: Names, rows: readonly Row[]): Row[] {
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, plainCell(names, cell)])),
  );
}

export interface ExampleOptions {
  readonly timezone?: string;
  readonly asWritten?: boolean;
}
/** An example not yet placed in the table: its number there decides its prefix. */
export type Draft = (number: number) => Example;

/** An example: its title, the sentences it shows, and its steps (one, or several in time). */
export function example(
  title: string,
  sentences: readonly string[],
  build: (x: Names) => Step | readonly Step[],
  options: ExampleOptions = {},
): Draft {
  return (number) => {
    const names = makeNames(number);
    const built = build(names);
    return {
      title,
      sentences,
      names,
      steps: isSteps(built) ? built : [built],
      asWritten: options.asWritten ?? false,
      ...(options.timezone === undefined ? {} : { timezone: options.timezone }),
    };
  };
}
function isSteps(built: Step | readonly Step[]): built is readonly Step[] {
  return Array.isArray(built);
}
