/** What a planted fault is. */
export interface Fault {
  /** What is wrong, in a few words. */
  readonly name: string;
  /** The source file, from the root of the tree. */
  readonly file: string;
  /** Stands in the file exactly once; short, so that it outlives changes around it. */
  readonly find: string;
  readonly replace: string;
  /** What somebody who relies on ROSI would see. */
  readonly breaks: string;
  /** The narrowest test file that must go red. */
  readonly caughtBy: string;
}

/** Faults of one source file, most often caught by one test file. */
export function faultsOf(
  file: string,
  caughtBy: string,
  faults: readonly (Omit<Fault, 'file' | 'caughtBy'> & { readonly caughtBy?: string })[],
): readonly Fault[] {
  return faults.map((fault) => ({ file, caughtBy, ...fault }));
}
