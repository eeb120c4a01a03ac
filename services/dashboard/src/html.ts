/**
 * HTML as tagged templates. Guarantees that every value is escaped unless it is itself made by
 * `html`; attributes must be quoted in the template.
 */

export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type HtmlValue = Html | string | number | bigint | null | readonly HtmlValue[];

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Null and the empty list are nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = parts[0] ?? '';
  for (const [index, value] of values.entries()) text += textOf(value) + (parts[index + 1] ?? '');
  return new Html(text);
}

function textOf(value: HtmlValue): string {
  if (value === null) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(textOf).join('');
  // Control characters are no text in HTML; those of white space are.
  return String(value)
    .replace(/[^\P{Cc}\t\n\r]/gu, '�')
    .replace(/[&<>"']/g, (mark) => escapes[mark] ?? mark);
}

/** A boolean attribute: `html`<input ${flag('checked', isChosen)}>``. */
export const flag = (name: 'checked' | 'selected', isSet: boolean): Html =>
  new Html(isSet ? name : '');
