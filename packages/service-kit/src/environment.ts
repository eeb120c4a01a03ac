/**
 * Reads a service's configuration from environment variables by one zod schema whose keys are the
 * variables' names. All problems are told together, each with its variable and its remedy (the
 * field's description), and no value of a secret is ever repeated. The result is frozen.
 */
import * as z from 'zod';
import { RosiError } from './errors.js';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** The field that every service's schema has under ROSI_LOG_LEVEL. */
export const logLevelSchema = z
  .enum(logLevels)
  .default('info')
  .describe(`Set it to one of ${logLevels.join(', ')}, or leave it unset for info.`);

/** Values of such variables are not repeated in messages; a URL may carry a password. */
const secretName = /KEY|SECRET|PASSWORD|TOKEN|URL|SASL|WEBHOOKS/;
const shownLengthMax = 60;

/**
 * The configuration, frozen deeply. A variable that is set to the empty text counts as unset, as
 * compose files and shells produce it. Throws a RosiError with exit code 2.
 */
export function parseEnvironment<S extends z.ZodObject>(
  schema: S,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<z.output<S>> {
  const names = Object.keys(schema.shape);
  const stated = names.flatMap((name) => {
    const value = env[name];
    return value === undefined || value.trim() === '' ? [] : [[name, value] as const];
  });
  const result = schema.safeParse(Object.fromEntries(stated));
  if (result.success) return freezeDeeply(result.data);
  throw new RosiError('ROSI_CONFIG_INVALID', problemText(schema, result.error, new Map(stated)));
}

function problemText(
  schema: z.ZodObject,
  error: z.ZodError,
  stated: ReadonlyMap<string, string>,
): string {
  const reasons = new Map<string, string[]>();
  for (const issue of error.issues) {
    const name = String(issue.path[0] ?? 'configuration');
    reasons.set(name, [...(reasons.get(name) ?? []), issue.message]);
  }
  const lines = [...reasons].map(([name, texts]) => {
    const remedy = descriptionOf(schema.shape[name]);
    const told = `  ${name}${shownValue(name, stated)}: ${texts.join('; ')}.`;
    return remedy === undefined ? told : `${told} ${remedy}`;
  });
  const count = lines.length === 1 ? '1 problem' : `${lines.length} problems`;
  return `The configuration has ${count}:\n${lines.join('\n')}`;
}

function shownValue(name: string, stated: ReadonlyMap<string, string>): string {
  const value = stated.get(name);
  if (value === undefined) return ' (not set)';
  if (secretName.test(name)) return ' (set)';
  return ` (${JSON.stringify(value.slice(0, shownLengthMax))})`;
}

/** The description may stand on the field or, under .default() and .optional(), inside it. */
function descriptionOf(field: unknown): string | undefined {
  let current = field;
  while (current instanceof z.ZodType) {
    if (current.description !== undefined) return current.description;
    current = 'innerType' in current.def ? current.def.innerType : undefined;
  }
  return undefined;
}

function freezeDeeply<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  // Class instances (a URL, a RegExp) keep their own rules; plain values are frozen.
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && !Array.isArray(value)) return value;
  for (const part of Object.values(value)) freezeDeeply(part);
  return Object.freeze(value);
}
