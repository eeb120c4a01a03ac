/**
 * JSON that holds secrets: from a variable, or from a file of the data folder that its owner alone
 * may read. Whatever is wrong is told with the place and the remedy, and no secret is repeated.
 */
import { readFileSync, statSync } from 'node:fs';
import { RosiError } from '@rosi/service-kit';

/** Null: there is none. `page` is where its form is described. */
export function readPrivateFile(path: string, page: string): string | null {
  try {
    if ((statSync(path).mode & 0o077) !== 0) {
      const told = `${path} holds secrets and others may read it: run chmod 600 on it. `;
      throw invalidJson(told, page);
    }
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof RosiError) throw cause;
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RosiError(
      'ROSI_DATA_DIR_UNUSABLE',
      `${path} can't be read: ${reason}. Run ROSI as the user who owns the data folder.`,
      { cause },
    );
  }
}

/** `place` names the text in messages. */
export function parsePrivateJson(text: string, place: string, page: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message would repeat what stands there.
    throw invalidJson(`${place} is not JSON. `, page);
  }
}

export function toldProblems(place: string, problems: readonly string[], page: string): RosiError {
  const told = problems.map((problem) => `  ${problem}.`).join('\n');
  return invalidJson(
    `${place} has ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}:\n${told}\n`,
    page,
  );
}

function invalidJson(told: string, page: string): RosiError {
  return new RosiError('ROSI_CONFIG_INVALID', `${told}${page} shows how to write it.`);
}
