/**
 * One at a time: while the views of a table are held against it, no other partition may be
 * writing to it, or the comparison would see half of that.
 */
export type Turn = <T>(work: () => Promise<T>) => Promise<T>;

export function makeTurn(): Turn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
}
