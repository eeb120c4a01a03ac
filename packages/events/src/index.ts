/** Events: their records and topics, and everything pure about an incoming one. */
export { isBotAgent } from './bots.js';
export { type Classification, type ClassificationInput, classify } from './classify.js';
export { type Codec, canRead, codec } from './codec.js';
export {
  commandKinds,
  erasureEvents,
  identifyEvent,
  isCommand,
  recomputeEvent,
  replayEvent,
  settingsEvent,
} from './commands.js';
export {
  apartName,
  ERASED,
  erasedId,
  erasedTouchId,
  eventName,
  eventNameIn,
  FOR_GOOD,
  isErasedId,
  keptOf,
  type Left,
  leftOf,
  NO_PLACE,
  type PlacedIds,
  type SuppressionList,
  suppressedName,
  type TextHash,
  withoutPerson,
} from './erased.js';
export { eventSchema } from './event-schema.js';
export * from './generated/records.js';
export { wireSchemas } from './generated/wire-schemas.js';
export {
  type DroppedIdentifier,
  type DropReason,
  normaliseIdentifier,
} from './identifiers.js';
export { hostOf, type Landing, queryOf, readLanding } from './landing.js';
export { maskPlain, maskProse, maskUrl, maskUrlQuery, maskValue } from './mask.js';
export {
  currencyDigits,
  formatMoney,
  type MoneyResult,
  minorUnitsMax,
  parseMoney,
} from './money.js';
export { type NormaliseContext, type NormaliseResult, normalise } from './normalise.js';
export { couponCode } from './order.js';
export { parseUrl } from './parse-url.js';
export { type RejectionCode, rejectionCodes, rejectionRemedies } from './rejection.js';
export { parseTime } from './time.js';
export * from './topics.js';
export { compareUtf8 } from './utf8-order.js';
export {
  adClickParameters,
  type CatalogueType,
  catalogueTypes,
  type EventType,
  eventTypes,
  type IdentifierType,
  identifierTypes,
  interactionKinds,
  isCatalogueType,
  isEventType,
  type MediaType,
  type Medium,
  media,
  mediaTypes,
  pixelEventTypes,
  trackedClickParameter,
} from './vocabulary.js';
