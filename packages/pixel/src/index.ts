/** ROSI in a web page, for those who bundle it themselves; others load /rosi.js. */
export { createPixel } from './pixel.js';
export type {
  Amount,
  Consent,
  Identifiers,
  Item,
  Order,
  PixelEvent,
  PixelOptions,
  Rosi,
} from './types.js';
