/**
 * Any JSON into events by a declarative mapping: rules, each with a condition and a template of an
 * event. In a template a text `$.a.b` is the value at that path of the body, `@.a` that of the
 * entry that `each` is at, and an object with `$path` a value with a transformation; all else
 * stands as it is. docs/webhooks.md shows examples.
 */
import * as z from 'zod';
import type { RawEvent } from './adapter.js';
import { amountOfUnits, amountText } from './amounts.js';
import { at, listAt, stated, textAt, timeOfSeconds } from './reading.js';

const path = z.string().regex(/^[$@]\.\S+$/, 'must begin with $. (the body) or @. (the entry)');

const transformed = z.strictObject({
  $path: path,
  /** Before the value, when there is one. */
  prefix: z.string().max(64).optional(),
  /** The value is whole units of 10^-decimals; `currency` is a path or a code. */
  minor_units: z
    .strictObject({ decimals: z.int().min(0).max(4), currency: z.string().min(3) })
    .optional(),
  /** The value is seconds since 1970. */
  unix_seconds: z.literal(true).optional(),
});
type Transformed = z.output<typeof transformed>;

const ruleSchema = z.strictObject({
  /** Paths of the body and what stands there: a text, or one of several. */
  when: z.record(path, z.union([z.string(), z.array(z.string()).min(1)])).default({}),
  /** A list in the body: an event for each of its entries. */
  each: path.optional(),
  event: z.record(z.string(), z.unknown()).superRefine((event, issues) => {
    for (const problem of problemsOf(event, 'event')) issues.addIssue(problem);
  }),
});
export const rulesSchema = z.array(ruleSchema).min(1).max(100);
export type Rule = z.output<typeof ruleSchema>;

/** Wrong transformations, found at the start instead of at the first delivery. */
function problemsOf(template: unknown, where: string): string[] {
  if (typeof template !== 'object' || template === null) return [];
  if ('$path' in template) {
    const read = transformed.safeParse(template);
    return read.success ? [] : [`${where}: ${read.error.issues.map((i) => i.message).join('; ')}`];
  }
  return Object.entries(template).flatMap(([name, part]) => problemsOf(part, `${where}.${name}`));
}

/** Null: no rule has this delivery in mind. */
export function applyRules(rules: readonly Rule[], body: unknown): RawEvent[] | null {
  const fitting = rules.filter((rule) => fits(rule, body));
  if (fitting.length === 0) return null;
  return fitting.flatMap((rule) => {
    const entries = rule.each === undefined ? [undefined] : listAt(body, rule.each.slice(2));
    return entries.map((entry) => withMoney(filled(rule.event, { body, entry }) as RawEvent));
  });
}

/** Shops write 129.9000 and eur: zeros beyond the currency's are taken off, and it is upper case. */
function withMoney(event: RawEvent): RawEvent {
  const read = ['order', 'refund'].map((name) => [name, moneyOf(event[name])] as const);
  return { ...event, ...Object.fromEntries(read.filter(([, part]) => part !== undefined)) };
}

/** What is no amount or currency stands as it is, for the event to be rejected by name. */
function moneyOf(part: unknown): object | undefined {
  if (typeof part !== 'object' || part === null) return undefined;
  const currency = textAt(part, 'currency').toUpperCase();
  const isAmount = (name: string) => name === 'total' || name === 'tax' || name === 'shipping';
  const fields = Object.entries(part).map(([name, value]) => {
    if (name === 'currency' && typeof value === 'string') return [name, currency];
    const isText = typeof value === 'string' && isAmount(name);
    return [name, isText ? (amountText(value, currency) ?? value) : value];
  });
  return Object.fromEntries(fields);
}

function fits(rule: Rule, body: unknown): boolean {
  return Object.entries(rule.when).every(([place, wanted]) => {
    const value = at(body, place.slice(2));
    const found = typeof value === 'boolean' ? String(value) : textAt(body, place.slice(2));
    return typeof wanted === 'string' ? found === wanted : wanted.includes(found);
  });
}

interface Sources {
  readonly body: unknown;
  readonly entry: unknown;
}

const isPath = (text: string) => text.startsWith('$.') || text.startsWith('@.');

function valueAt(place: string, { body, entry }: Sources): unknown {
  return at(place.startsWith('$') ? body : entry, place.slice(2));
}

/** A template with its values; fields whose value is not there are left out. */
function filled(template: unknown, sources: Sources): unknown {
  if (typeof template === 'string') return isPath(template) ? valueAt(template, sources) : template;
  if (typeof template !== 'object' || template === null) return template;
  if (Array.isArray(template)) return template.map((part) => filled(part, sources));
  if ('$path' in template) return transformedValue(template as Transformed, sources); // Checked at the start.
  return stated(
    Object.fromEntries(
      Object.entries(template).map(([name, part]) => [name, filled(part, sources)]),
    ),
  );
}

/** What is there and can't be read so is passed on, for the event to be rejected by name. */
function transformedValue(template: Transformed, sources: Sources): unknown {
  const value = valueAt(template.$path, sources);
  if (value === undefined || value === null || value === '') return undefined;
  if (template.unix_seconds === true) return timeOfSeconds(numberOf(value)) || value;
  if (template.minor_units !== undefined) {
    const { decimals, currency } = template.minor_units;
    const code = isPath(currency) ? valueAt(currency, sources) : currency;
    const read = amountOfUnits(value, decimals, typeof code === 'string' ? code.toUpperCase() : '');
    // Of 129.90 cents it says just that, since the value alone would be taken for 129.90 euros.
    return read ?? `${String(value)}e-${decimals}`;
  }
  return template.prefix === undefined ? value : `${template.prefix}${String(value)}`;
}

/** A number, also where it is sent as a text. */
function numberOf(value: unknown): unknown {
  const isDecimal = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim());
  return isDecimal ? Number(value) : value;
}
