/** Lines of a text that comes in pieces; LF and CRLF end them. Too long ones are cut, not kept. */

export interface TextLine {
  /** From 1. */
  readonly number: number;
  /** Null: longer than the limit. */
  readonly text: string | null;
}

export const lineCharactersMax = 5_000_000;

/** Empty lines are numbered but left out. */
export async function* readLines(
  chunks: AsyncIterable<string>,
  charactersMax = lineCharactersMax,
): AsyncIterable<readonly TextLine[]> {
  let number = 0;
  let rest = '';
  let overlong = false;
  const finish = (end: string): TextLine | null => {
    number += 1;
    const text = rest + end;
    const tooLong = overlong || text.length > charactersMax;
    rest = '';
    overlong = false;
    const line = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (tooLong) return { number, text: null };
    return line.trim() === '' ? null : { number, text: line };
  };
  for await (const chunk of chunks) {
    const lines: TextLine[] = [];
    let from = 0;
    for (let at = chunk.indexOf('\n'); at !== -1; at = chunk.indexOf('\n', from)) {
      const line = finish(chunk.slice(from, at));
      if (line !== null) lines.push(line);
      from = at + 1;
    }
    rest += chunk.slice(from);
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
