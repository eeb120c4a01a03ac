/**
 * How much of a long piece of work is done in one batch: what bounds how long a large person, or
 * going through everything, can hold up others. The result depends on none of these. At least two
 * each: a page begins with the last one of the page before.
 */
export interface Pages {
  /** Touchpoints of one identifier moved. */
  readonly itemsMax: number;
  /** Users of one coupon code told. */
  readonly couponOrdersMax: number;
  /** Orders of one person told; each may carry, or have carried, a thousand touchpoints. */
  readonly ordersMax: number;
  /**
   * A person of whom so many touchpoints come or go in one batch is being moved. Its orders wait
   * until that is over: each is told once, not once for each page of the move.
   */
  readonly movedTouchesMin: number;
  /** Entries of the identifiers' state gone through. */
  readonly entriesMax: number;
  /** Entries of the journeys' state gone through. */
  readonly journeyEntriesMax: number;
}

export const defaultPages: Pages = {
  itemsMax: 200,
  couponOrdersMax: 500,
  ordersMax: 4,
  movedTouchesMin: 100,
  entriesMax: 500,
  journeyEntriesMax: 100,
};
