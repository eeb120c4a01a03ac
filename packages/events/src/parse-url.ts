/**
 * The only reading of an address that may be none. `URL.canParse` is not used: on Node 20 and 22, once
 * it is compiled, it says no to addresses with an accent (`https://bücher.example`).
 */

/** Null: it is no absolute address. */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
