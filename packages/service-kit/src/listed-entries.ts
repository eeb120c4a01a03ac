/** What the operator's lists (of webhook endpoints, of connectors) have in common. */
import * as z from 'zod';

/** Also good as a part of an address and as a file's name. */
export const entryId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, - or _');

/** Each problem with the place where it is; no value is repeated. */
export const placedProblems = (error: z.ZodError): readonly string[] =>
  error.issues.map(({ path, message }) => `${path.map(String).join('.') || 'it'}: ${message}`);
