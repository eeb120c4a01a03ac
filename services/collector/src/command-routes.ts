/**
 * What an operator asks of the whole pipeline: settings, recompute, replay, erasing and exporting a
 * person. Each goes through the event log and is answered once it is on disk; `/v1/status` tells
 * when it has been done. The secret key only.
 */
import { readSettings, stateSettings } from '@rosi/attribution';
import {
  type CollectedEvent,
  eventsCollected,
  type Identifier,
  identifierTypes,
  normaliseIdentifier,
  recomputeEvent,
  replayEvent,
  settingsEvent,
} from '@rosi/events';
import type { TopicWriter } from '@rosi/streams';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type KeyReader, secretAccess } from './access.js';
import { type AuditAction, type AuditEntry, noted } from './audit.js';
import { objectOf } from './body-object.js';
import { newErasure } from './erasure.js';
import { makeEventId } from './event-id.js';
import type { CollectorOptions } from './options.js';
import { isProblem, type Problem, problem, retryLater, sendProblem } from './problems.js';
import type { Workspace } from './request-context.js';

export interface CommandRoutes {
  readonly kindOf: KeyReader;
  readonly workspace: Workspace;
  readonly log: TopicWriter;
  readonly options: CollectorOptions;
  now(): number;
}

type Answer = { readonly status: number; readonly body: object } | Problem;

export function addCommandRoutes(app: FastifyInstance, routes: CommandRoutes): void {
  const route = (
    method: 'GET' | 'PUT' | 'POST',
    url: string,
    handle: (request: FastifyRequest) => Promise<Answer>,
  ) =>
    app.route({
      method,
      url,
      handler: (request, reply) => guarded(routes, request, reply, handle),
    });
  route('GET', '/v1/settings', () => showSettings(routes));
  route('PUT', '/v1/settings', (request) => changeSettings(routes, request));
  route('POST', '/v1/recompute', (request) =>
    command(routes, request, { action: 'recompute.asked' }, (one) => ({
      events: [recomputeEvent(one)],
      body: {},
    })),
  );
  route('POST', '/v1/replay', (request) =>
    command(routes, request, { action: 'replay.asked' }, ({ workspace, at }) => ({
      events: [replayEvent({ workspace, at })],
      body: { generation: at },
    })),
  );
  route('POST', '/v1/persons/erase', (request) => erase(routes, request));
  route('POST', '/v1/persons/export', (request) => exportPersons(routes, request));
}

async function guarded(
  routes: CommandRoutes,
  request: FastifyRequest,
  reply: FastifyReply,
  handle: (request: FastifyRequest) => Promise<Answer>,
): Promise<FastifyReply> {
  const denied = secretAccess(request, routes.kindOf);
  if (denied !== null) return sendProblem(reply, denied);
  const answer = await handle(request);
  if (isProblem(answer)) return sendProblem(reply, answer);
  return reply.code(answer.status).send(answer.body);
}

async function showSettings({ options }: CommandRoutes): Promise<Answer> {
  const stated = await options.settings?.();
  const reading = readSettings(stated);
  if (!reading.ok) throw new Error(`stored settings can't be read: ${reading.problems.join('; ')}`);
  return { status: 200, body: stateSettings(reading.settings) };
}

async function changeSettings(routes: CommandRoutes, request: FastifyRequest): Promise<Answer> {
  const body = await objectOf(request);
  if (isProblem(body)) return body;
  const reading = readSettings(body);
  if (!reading.ok) {
    const told = `${reading.problems.join('; ')}. docs/attribution.md, "Settings", lists them.`;
    return problem(400, 'invalid_settings', told);
  }
  const settings = stateSettings(reading.settings);
  const events = (one: Command) => [settingsEvent(one, JSON.stringify(settings))];
  const note = {
    action: 'settings.changed',
    detail: { settings: JSON.stringify(settings) },
  } as const;
  return command(routes, request, note, (one) => ({ events: events(one), body: settings }));
}

async function erase(routes: CommandRoutes, request: FastifyRequest): Promise<Answer> {
  const identifiers = await identifiersOf(routes, request);
  if (isProblem(identifiers)) return identifiers;
  const note = { action: 'person.erased', detail: typesOf(identifiers) } as const;
  return command(routes, request, note, (one) => ({
    events: newErasure(one, identifiers),
    body: { erased_at: new Date(one.at).toISOString() },
  }));
}

async function exportPersons(routes: CommandRoutes, request: FastifyRequest): Promise<Answer> {
  const identifiers = await identifiersOf(routes, request);
  if (isProblem(identifiers)) return identifiers;
  const detail = typesOf(identifiers);
  const refused = await noted(auditing(routes), request, 'person.exported', detail);
  if (refused !== null) return refused;
  const found = await routes.options.exportPersons?.(identifiers);
  if (found !== undefined) return { status: 200, body: found };
  return problem(404, 'not_found', 'This instance has no tables to export from.');
}

interface Command {
  readonly workspace: string;
  readonly eventId: string;
  readonly at: number;
}

const auditing = ({ options, now }: CommandRoutes) => ({
  ...(options.audit === undefined ? {} : { audit: options.audit }),
  now,
});

/** Of which types, and no more: the audit names nobody. */
const typesOf = (identifiers: readonly Identifier[]) => ({
  identifiers: identifiers.map(({ type }) => type),
});

/** Notes it, appends, and answers once it is on disk. */
async function command(
  routes: CommandRoutes,
  request: FastifyRequest,
  note: { readonly action: AuditAction; readonly detail?: AuditEntry['detail'] },
  make: (command: Command) => { events: readonly CollectedEvent[]; body: object },
): Promise<Answer> {
  const refused = await noted(auditing(routes), request, note.action, note.detail);
  if (refused !== null) return refused;
  const at = routes.now();
  const { workspace } = routes.workspace;
  const { events, body } = make({ workspace, eventId: makeEventId(at), at });
  try {
    await routes.log.append(
      eventsCollected,
      events.map((value) => ({ value, timestamp: at })),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    routes.options.logger.error({ error: reason }, 'the event log does not take a command');
    return retryLater(503, 'log_unavailable', 'The event log does not take anything now.', 2);
  }
  return { status: 202, body };
}

/** `{"identifiers": {…}}` as events state them, and `order_id` beside. */
async function identifiersOf(
  { workspace }: CommandRoutes,
  request: FastifyRequest,
): Promise<readonly Identifier[] | Problem> {
  const body = await objectOf(request);
  if (isProblem(body)) return body;
  const stated = Object.entries(body).find(([name]) => name === 'identifiers')?.[1];
  if (typeof stated !== 'object' || stated === null) return noIdentifier();
  const values = new Map(Object.entries(stated));
  const unknown = [...values.keys()].filter((name) => !identifierTypes.some((t) => t === name));
  if (unknown.length > 0) return noIdentifier();
  const identifiers: Identifier[] = [];
  for (const type of identifierTypes) {
    if (!values.has(type)) continue;
    const read = normaliseIdentifier(type, values.get(type), workspace.hash);
    // One that is silently left out would leave the person where it is.
    if (!read.ok)
      return problem(400, 'invalid_identifiers', `${type} is not usable: ${read.reason}.`);
    identifiers.push({ type, value: read.value });
  }
  return identifiers.length > 0 ? identifiers : noIdentifier();
}

function noIdentifier(): Problem {
  const types = identifierTypes.join(', ');
  const told = `Send {"identifiers": {…}} with at least one of ${types}, as in events.`;
  return problem(400, 'invalid_identifiers', told);
}
