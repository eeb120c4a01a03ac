/** The version of the command: that of its package. */
import { readFileSync } from 'node:fs';

export function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const found: unknown = JSON.parse(text);
  const version =
    typeof found === 'object' && found !== null && 'version' in found ? found.version : undefined;
  if (typeof version !== 'string') throw new Error('package.json of @rosi/cli has no version');
  return version;
}
