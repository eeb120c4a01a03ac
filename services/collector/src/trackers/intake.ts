/**
 * From a tracker's messages to the event log. Guarantees that each message is counted as accepted,
 * rejected or ignored, that an answer of success means everything accepted is on disk, and that
 * the rules of the key (which types it may send, how many) are those of `POST /v1/events`.
 */
import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import { callerOf, type KeyKind } from '../access.js';
import { readBody } from '../body.js';
import { acceptItems, admit, type EventsRoute, release } from '../events-route.js';
import { isDeeperThan, parseJson } from '../exact-json.js';
import { isProblem, type Problem, problem } from '../problems.js';
import { costOf } from '../rate-limit.js';
import { requestContext } from '../request-context.js';
import type { MessageContext, MessageReading, RawEvent } from './message.js';

/** What became of a request's messages, by their place in it. */
export interface MessagesTaken {
  readonly accepted: number;
  readonly ignored: number;
  readonly rejected: readonly {
    readonly index: number;
    readonly code: string;
    readonly message: string;
  }[];
}

/** Of a whole body; each of its events has the limit of events beside. */
const bodyDepthMax = 64;

/** Gives `use` the body's JSON, an object, and its size, which is reserved until it has answered. */
export async function withJsonBody<T extends object>(
  route: EventsRoute,
  request: FastifyRequest,
  keyKind: KeyKind,
  use: (json: object, bytes: number) => Promise<T | Problem>,
): Promise<T | Problem> {
  const head = admit(route, request, keyKind);
  if (isProblem(head)) return head;
  const keyInBody = callerOf(request) === null;
  try {
    const body = await readBody(request.raw, head, route.limits.bodyBytesMax);
    if (isProblem(body)) return body;
    route.metrics.received(body.length);
    const json = isUtf8(body) ? parseJson(body.toString('utf8')) : undefined;
    if (typeof json === 'object' && json !== null && !isDeeperThan(json, bodyDepthMax)) {
      const answer = await use(json, body.length);
      if (keyInBody && isProblem(answer)) route.keyLimits.chargeUnnamed(request, answer);
      return answer;
    }
    route.keyLimits.charge(request, keyKind, costOf(1, body.length));
    const told = `The body must be a JSON object in UTF-8, at most ${bodyDepthMax} levels deep.`;
    return problem(400, 'invalid_json', told);
  } finally {
    release(route, request, keyKind, head);
  }
}

interface Messages {
  /** `segment` or `snowplow`. */
  readonly tracker: string;
  readonly keyKind: KeyKind;
  readonly count: number;
  /** Of all messages, with what they share in each. */
  readonly bytes: number;
  read(context: MessageContext): readonly MessageReading[];
}

/** Reads, accepts and counts the messages of one request. */
export async function takeMessages(
  route: EventsRoute,
  request: FastifyRequest,
  messages: Messages,
): Promise<MessagesTaken | Problem> {
  const { keyKind, count, bytes } = messages;
  // Asked again: where the body has the key, nobody could tell whose limit counts before.
  const refused = route.keyLimits.refusal(request, keyKind);
  if (refused !== null) return refused;
  const { eventsMax, bodyBytesMax } = route.limits;
  // No more than what may come, or a few bytes with a public key would use it up for everybody.
  const cost = costOf(Math.min(count, eventsMax), Math.min(bytes, bodyBytesMax));
  route.keyLimits.charge(request, keyKind, cost);
  if (count > eventsMax) {
    return problem(413, 'too_many_events', `A request may hold ${eventsMax} messages: split it.`);
  }
  if (bytes > bodyBytesMax) {
    const told = 'What a batch shares counts once for each message: send smaller batches.';
    return problem(413, 'payload_too_large', told);
  }
  return route.keyLimits.inTurn(request, keyKind, () => takeInTurn(route, request, messages));
}

async function takeInTurn(
  route: EventsRoute,
  request: FastifyRequest,
  { tracker, keyKind, read }: Messages,
): Promise<MessagesTaken | Problem> {
  const receivedAt = route.now();
  // Whoever has the secret key is a program, and no person's browser.
  const requestAgent = keyKind === 'write' ? (request.headers['user-agent'] ?? '') : '';
  const readings = read({ receivedAt, requestAgent, hash: route.workspace.hash });
  const events = eventsOf(readings);
  const context = {
    ...requestContext(request, keyKind, route.workspace, receivedAt),
    // The reader has told whose the request's agent is.
    requestUserAgent: '',
  };
  const items = events.map(({ event }) => event);
  const acceptance = await acceptItems(route, context, items);
  if (isProblem(acceptance)) return acceptance;
  const rejected = acceptance.rejected.map(({ index, code, message }) => ({
    index: events[index]?.index ?? index,
    code,
    message,
  }));
  const taken = { accepted: acceptance.records.length, rejected };
  countThem(route, tracker, readings, taken);
  return { ...taken, ignored: readings.length - events.length };
}

function eventsOf(
  readings: readonly MessageReading[],
): readonly { readonly index: number; readonly event: RawEvent }[] {
  return readings.flatMap((reading, index) =>
    reading.kind === 'event' ? [{ index, event: reading.event }] : [],
  );
}

function countThem(
  { metrics, logger }: EventsRoute,
  tracker: string,
  readings: readonly MessageReading[],
  { accepted, rejected }: Pick<MessagesTaken, 'accepted' | 'rejected'>,
): void {
  if (accepted > 0) metrics.trackerMessages(tracker, 'accepted', 'all', accepted);
  for (const { code } of rejected) metrics.trackerMessages(tracker, 'rejected', code, 1);
  for (const reading of readings) {
    if (reading.kind !== 'ignored') continue;
    metrics.trackerMessages(tracker, 'ignored', reading.reason, 1);
  }
  if (rejected.length === 0) return;
  const codes = [...new Set(rejected.map(({ code }) => code))];
  logger.warn({ tracker, codes }, "a tracker's messages were rejected; docs/connect says why");
}
