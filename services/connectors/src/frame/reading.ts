/** Reads fields out of a provider's JSON, whatever it holds. Nothing here throws. */
import { at } from '@rosi/service-kit';

export { at, listAt } from '@rosi/service-kit';

/** As it stands there; empty when it is no text. */
export function textAt(value: unknown, path: string): string {
  const found = at(value, path);
  return typeof found === 'string' ? found : '';
}
