/**
 * Sends a table of examples to one running product and reads what came of it. Guarantees: whole
 * requests carry many examples' events, so that the suite is fast; what goes wrong is told for
 * the example that it belongs to, whoever else was in the request.
 */
import type { Row } from '../harness/answers.js';
import type { Product } from '../harness/product.js';
import {
  type Example,
  type Expectation,
  type IncomingEvent,
  plainRows,
  type Step,
} from './example.js';

/** What came of one example in one product. */
export interface Outcome {
  /** Events accepted or rejected against the example's word. */
  readonly problems: string[];
  /** What each question was answered, in order; an error's text when it failed. */
  readonly answers: {
    readonly expectation: Expectation;
    readonly found: readonly Row[] | string;
  }[];
}

interface Sending {
  readonly example: Example;
  readonly event: IncomingEvent;
  readonly key: 'secret' | 'write';
  readonly headers: Readonly<Record<string, string>>;
  readonly rejected: boolean;
}

const eventsPerRequest = 400;
const requestsAtOnce = 3;
const queriesAtOnce = 4;
const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';

function sendingsOf(example: Example, step: Step): Sending[] {
  const one = (
    key: Sending['key'],
    events: readonly IncomingEvent[] = [],
    rejected: readonly number[] = [],
  ): Sending[] =>
    events.map((event, index) => ({
      example,
      event,
      key,
      // A pixel speaks with its browser's voice; a bare client's might be taken for a bot's.
      headers: { ...(key === 'write' ? { 'user-agent': browser } : {}), ...step.headers },
      rejected: rejected.includes(index),
    }));
  return [
    ...one('secret', step.events, step.rejected),
    ...one('write', step.pixel, step.rejectedPixel),
  ];
}

/** Sendings that may share a request, in as few requests as the size allows. */
function requestsOf(sendings: readonly Sending[]): Sending[][] {
  const groups = new Map<string, Sending[]>();
  for (const sending of sendings) {
    const name = JSON.stringify([sending.key, sending.headers]);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [sending]);
    else group.push(sending);
  }
  return [...groups.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / eventsPerRequest) }, (_, index) =>
      group.slice(index * eventsPerRequest, (index + 1) * eventsPerRequest),
    ),
  );
}

type Outcomes = ReadonlyMap<Example, Outcome>;

async function send(product: Product, request: readonly Sending[], outcomes: Outcomes) {
  const first = request[0];
  if (first === undefined) return;
  const answer = await product.post(
    request.map(({ event }) => event),
    { key: first.key, headers: first.headers },
  );
  const rejected = new Map(answer.rejected.map((rejection) => [rejection.index, rejection]));
  request.forEach((sending, index) => {
    const told = rejected.get(index);
    const problems = outcomes.get(sending.example)?.problems;
    const id = String(sending.event['event_id']);
    if (sending.rejected && told === undefined) problems?.push(`accepted, but invalid: ${id}`);
    if (!sending.rejected && told !== undefined) {
      problems?.push(`rejected, but valid: ${id}: ${told.code} ${told.message}`);
    }
  });
  if (answer.accepted !== request.length - rejected.size) {
    throw new Error(`${request.length} events sent, told: ${JSON.stringify(answer)}`);
  }
}

async function ask(product: Product, example: Example, expectation: Expectation) {
  try {
    return plainRows(example.names, await product.sql(expectation.sql));
  } catch (error) {
    return String(error);
  }
}

async function askAll(
  product: Product,
  questions: readonly (readonly [Example, Expectation])[],
  outcomes: Outcomes,
) {
  for (let from = 0; from < questions.length; from += queriesAtOnce) {
    const some = questions.slice(from, from + queriesAtOnce);
    const found = await Promise.all(some.map(([example, asked]) => ask(product, example, asked)));
    some.forEach(([example, expectation], index) => {
      outcomes.get(example)?.answers.push({ expectation, found: found[index] ?? 'no answer' });
    });
  }
}

/** Step by step, as written: all examples' first steps, settled, asked; then the second ones. */
export async function runAsWritten(product: Product, examples: readonly Example[]) {
  const outcomes: Outcomes = new Map(examples.map((one) => [one, { problems: [], answers: [] }]));
  const steps = Math.max(...examples.map((one) => one.steps.length));
  for (let number = 0; number < steps; number += 1) {
    const now = examples.flatMap((one) => {
      const step = one.steps[number];
      return step === undefined ? [] : [{ one, step }];
    });
    for (const request of requestsOf(now.flatMap(({ one, step }) => sendingsOf(one, step)))) {
      await send(product, request, outcomes);
    }
    await product.settle();
    const questions = now.flatMap(({ one, step }) =>
      (step.expect ?? []).map((expectation) => [one, expectation] as const),
    );
    await askAll(product, questions, outcomes);
  }
  return outcomes;
}

/** A repeatable order: the same seed gives the same permutation. */
function shuffled<T>(list: readonly T[], seed: number): T[] {
  const result = [...list];
  let state = seed >>> 0;
  for (let last = result.length - 1; last > 0; last -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (last + 1));
    [result[last], result[other]] = [result[other] as T, result[last] as T]; // Both in range.
  }
  return result;
}

/**
 * The law of order: everything twice, in an order of the seed's, all steps at once. Only what the
 * last step expects is asked, since nothing before it was ever a state of this product.
 */
export async function runShuffled(product: Product, examples: readonly Example[], seed: number) {
  const outcomes: Outcomes = new Map(examples.map((one) => [one, { problems: [], answers: [] }]));
  const all = examples.flatMap((one) => one.steps.flatMap((step) => sendingsOf(one, step)));
  const requests = requestsOf(shuffled([...all, ...all], seed));
  for (let from = 0; from < requests.length; from += requestsAtOnce) {
    const some = requests.slice(from, from + requestsAtOnce);
    await Promise.all(some.map((request) => send(product, request, outcomes)));
  }
  await product.settle();
  const questions = examples.flatMap((one) =>
    (one.steps.at(-1)?.expect ?? []).map((expectation) => [one, expectation] as const),
  );
  await askAll(product, questions, outcomes);
  return outcomes;
}
