/** The body of a small request as one JSON object. */
import type { FastifyRequest } from 'fastify';
import { bodyHead, readBody } from './body.js';
import { itemsOf } from './items.js';
import { isProblem, type Problem, problem } from './problems.js';

const bodyBytesMax = 100_000;

export async function objectOf(request: FastifyRequest): Promise<object | Problem> {
  const head = bodyHead(request.headers, bodyBytesMax);
  if (isProblem(head)) return head;
  const body = await readBody(request.raw, head, bodyBytesMax);
  if (isProblem(body)) return body;
  const items = itemsOf(body, 'json', 1);
  if (isProblem(items)) return items;
  const [only] = items;
  if (typeof only === 'object' && only !== null && !Array.isArray(only)) return only;
  return problem(400, 'invalid_json', 'The body must be one JSON object.');
}
