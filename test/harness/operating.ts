/** Commands to the running product over HTTP, as `rosi settings`, `replay` and `person` send them. */
import { type Product, secretKey } from './product.js';

/** The answer's body, parsed; throws on any answer that is not a success. */
export async function operate(
  product: Product,
  method: 'GET' | 'PUT' | 'POST',
  path: string,
  body?: object,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await product.request(path, {
    method,
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${answer.body}`);
  return JSON.parse(answer.body) as Readonly<Record<string, unknown>>;
}
