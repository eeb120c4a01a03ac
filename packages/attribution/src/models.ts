/** The rule-based models (contract 3.7), in the order in which results list them. */
export const models = [
  'first_touch',
  'last_touch',
  'last_non_direct',
  'linear',
  'position_based',
  'time_decay',
] as const;
export type Model = (typeof models)[number];

/** Shares are whole parts of this; one model's shares of one order sum to it exactly. */
export const SHARE_WHOLE = 10 ** 12;

/** The touchpoint that gets the whole net of an order without an eligible one. */
export const UNATTRIBUTED = 'unattributed';
