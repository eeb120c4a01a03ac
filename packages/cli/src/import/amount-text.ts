/**
 * Amounts as exports write them, made into the decimal strings of the event API. No digit is added,
 * dropped or rounded: how many a currency may have is for the collector to judge.
 */
export type DecimalMark = '.' | ',';

/** Null: not an amount. Group separators are taken only where groups of three stand. */
export function readAmount(text: string, mark: DecimalMark): string | null {
  const bare = text.replace(/[\s\u00a0\u202f$€£¥]/g, '');
  const group = mark === '.' ? "[,']" : "[.']";
  const decimal = mark === '.' ? '\\.' : ',';
  const pattern = new RegExp(`^(-?)(\\d+|\\d{1,3}(?:${group}\\d{3})+)(?:${decimal}(\\d+))?$`);
  const match = pattern.exec(bare);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction] = match;
  const digits = whole.replace(/\D/g, '');
  return fraction === undefined ? sign + digits : `${sign}${digits}.${fraction}`;
}

/** The amount without its sign: shops write refunds both ways. */
export function withoutSign(amount: string): string {
  return amount.startsWith('-') ? amount.slice(1) : amount;
}

export function isZero(amount: string): boolean {
  return /^-?0+(?:\.0+)?$/.test(amount);
}
