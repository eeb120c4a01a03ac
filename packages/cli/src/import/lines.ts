/** Lines of a text that comes in pieces; LF, CRLF and CR end them. Too long ones are not kept. */

export interface TextLine {
  /** From 1. */
  readonly number: number;
  /** Null: longer than the limit. */
  readonly text: string | null;
}

const lineCharactersMax = 5_000_000;

const lineEnds = /\r\n|\n|\r/g;

/** Empty lines are numbered but left out. */
export async function* readLines(
  chunks: AsyncIterable<string>,
  charactersMax = lineCharactersMax,
): AsyncIterable<readonly TextLine[]> {
  let number = 0;
  let rest = '';
  let overlong = false;
  /** The piece before ended with CR: an LF that comes first ends nothing more. */
  let endedWithReturn = false;
  const finish = (end: string): TextLine | null => {
    number += 1;
    const text = rest + end;
    const tooLong = overlong || text.length > charactersMax;
    rest = '';
    overlong = false;
    if (tooLong) return { number, text: null };
    return text.trim() === '' ? null : { number, text };
  };
  for await (const chunk of chunks) {
    if (chunk === '') continue;
    const lines: TextLine[] = [];
    const piece = endedWithReturn && chunk.startsWith('\n') ? chunk.slice(1) : chunk;
    let from = 0;
    for (const { index, 0: end } of piece.matchAll(lineEnds)) {
      const line = finish(piece.slice(from, index));
      if (line !== null) lines.push(line);
      from = index + end.length;
    }
    endedWithReturn = chunk.endsWith('\r');
    rest += piece.slice(from);
    if (rest.length > charactersMax) {
      overlong = true;
      rest = '';
    }
    yield lines;
  }
  if (rest !== '' || overlong) {
    const line = finish('');
    if (line !== null) yield [line];
  }
}
