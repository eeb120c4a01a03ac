/** Attribution: which touchpoint earned what. Pure and exact; the rules are those of contract 3. */
export {
  creditOrder,
  type OrderCredits,
  type OrderToCredit,
  unattributedTouch,
} from './credit-order.js';
export { compareTouches, isEligible, selectEligible } from './eligibility.js';
export {
  explainOrder,
  type ModelRefusal,
  type ModelVerdict,
  modelRefusals,
  type OrderToExplain,
  type Receipt,
  type TouchRefusal,
  type TouchVerdict,
  touchRefusals,
} from './explain-order.js';
export { type Model, models, SHARE_WHOLE, UNATTRIBUTED } from './models.js';
export { describeUnattributed, describeVerdict, type ReceiptWords } from './receipt-words.js';
export {
  type AttributionSettings,
  defaultSettings,
  readSettings,
  type SettingsReading,
  type StatedSettings,
  stateSettings,
  type TouchType,
  touchTypes,
} from './settings.js';
export { splitMoney } from './split-money.js';
