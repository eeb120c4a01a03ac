/** In which order a date's numbers stand, as the flags name it. */

/** iso: year first; dmy, mdy: 31/12/2026, 12/31/2026; unix: seconds, or milliseconds, since 1970. */
export const dateOrders = ['iso', 'dmy', 'mdy', 'unix'] as const;
export type DateOrder = (typeof dateOrders)[number];
