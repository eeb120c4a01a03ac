/**
 * Making and reading tracked links: POST and GET /v1/links, GET /v1/links/:link_id/qr. The secret key
 * only. A link is an entry of the catalogue; it is on disk, and redirects by this collector know it,
 * before it is answered.
 */
import { randomBytes } from 'node:crypto';
import { normalise } from '@rosi/events';
import type { TopicWriter } from '@rosi/streams';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { renderSVG } from 'uqr';
import { type KeyReader, secretAccess } from '../access.js';
import { appendDurably } from '../append.js';
import { noted } from '../audit.js';
import { bodyHead, readBody } from '../body.js';
import { itemsOf } from '../items.js';
import type { CollectorOptions } from '../options.js';
import { isProblem, type Problem, problem, retryLater, sendProblem } from '../problems.js';
import { requestContext, type Workspace } from '../request-context.js';
import type { LinkBook } from './link-book.js';
import { makeLinkId, type NewLink, readNewLink } from './new-links.js';

export interface LinksRoute {
  readonly kindOf: KeyReader;
  readonly workspace: Workspace;
  /** Tells redirects of what passes. */
  readonly log: TopicWriter;
  /** The links that redirects know. */
  readonly book: LinkBook;
  readonly options: CollectorOptions;
  now(): number;
}

const bodyBytesMax = 5_000_000;
const linksMax = 1_000;
const listMax = 1_000;

interface LinkAddress {
  readonly Params: { readonly link_id: string };
}
interface ListQuery {
  readonly Querystring: { readonly after?: string };
}

export function addLinksRoute(app: FastifyInstance, route: LinksRoute): void {
  app.post('/v1/links', async (request, reply) => {
    const denied = secretAccess(request, route.kindOf);
    if (denied !== null) return sendProblem(reply, denied);
    const made = await makeLinks(route, request);
    if (isProblem(made)) return sendProblem(reply, made);
    return reply.code(made.links.length > 0 ? 201 : 200).send(made);
  });
  app.get<ListQuery>('/v1/links', async (request, reply) => {
    const denied = secretAccess(request, route.kindOf);
    if (denied !== null) return sendProblem(reply, denied);
    return listLinks(route, request, reply, String(request.query.after ?? ''));
  });
  app.get<LinkAddress>('/v1/links/:link_id/qr', async (request, reply) => {
    const denied =
      secretAccess(request, route.kindOf) ?? (await absence(route, request.params.link_id));
    if (denied !== null) return sendProblem(reply, denied);
    const svg = renderSVG(shortUrl(route, request, request.params.link_id), qrSettings);
    return reply.type('image/svg+xml').send(svg);
  });
}

/** A quiet zone of four modules, as the standard wants it; a sixth of the code may be damaged. */
const qrSettings = { ecc: 'M', border: 4 } as const;

/** A code is printed on paper: none is drawn of an address that would lead nowhere. */
async function absence({ book }: LinksRoute, linkId: string): Promise<Problem | null> {
  const found = book.get(linkId) ?? (await book.find(linkId));
  if (found === 'unknown') {
    return problem(
      404,
      'not_found',
      'There is no link of this id: `rosi link list` has those there are.',
    );
  }
  if (found !== 'later') return null;
  return retryLater(503, 'status_unavailable', cannotRead, 1);
}

const cannotRead = 'The links can not be read now; see /health/ready.';

interface MadeLinks {
  readonly links: readonly object[];
  readonly rejected: readonly object[];
}

async function makeLinks(route: LinksRoute, request: FastifyRequest): Promise<MadeLinks | Problem> {
  const items = await itemsIn(request);
  if (isProblem(items)) return items;
  const accepted: NewLink[] = [];
  const rejected: object[] = [];
  items.forEach((item, index) => {
    const reading = readNewLink(item, () => makeLinkId(randomBytes));
    if (reading.ok) accepted.push(reading.link);
    else {
      const { linkId, message } = reading;
      rejected.push({ index, link_id: linkId, code: 'invalid_link', message });
    }
  });
  if (items.length === 1 && rejected.length === 1) return problemOf(rejected);
  const { audit } = route.options;
  const auditing = { ...(audit === undefined ? {} : { audit }), now: route.now };
  const refused = await noted(auditing, request, 'links.made', { links: accepted.length });
  if (refused !== null) return refused;
  const at = route.now();
  const context = requestContext(request, 'secret', route.workspace, at);
  const records = accepted.map((link) => {
    const entry = { link_id: link.linkId, url: link.url, ...link.owners };
    const result = normalise({ type: 'link', link: entry }, context);
    if (!result.ok) throw new Error(`a link that was checked is rejected: ${result.code}`);
    return { value: result.event, timestamp: at };
  });
  const { logger } = route.options;
  const failure = await appendDurably({ log: route.log, logger }, records);
  if (failure !== null) return failure;
  const links = accepted.map(({ linkId, url, owners }) => ({
    link_id: linkId,
    short_url: shortUrl(route, request, linkId),
    url,
    ...owners,
  }));
  return { links, rejected };
}

/** Of a lone link, which was refused: the reason is the answer. */
function problemOf(rejected: readonly object[]): Problem {
  const [first] = rejected;
  const message = first !== undefined && 'message' in first ? String(first.message) : 'No link.';
  return problem(400, 'invalid_link', message);
}

async function itemsIn(request: FastifyRequest): Promise<readonly unknown[] | Problem> {
  const head = bodyHead(request.headers, bodyBytesMax);
  if (isProblem(head)) return head;
  const body = await readBody(request.raw, head, bodyBytesMax);
  return isProblem(body) ? body : itemsOf(body, head.format, linksMax);
}

async function listLinks(
  route: LinksRoute,
  request: FastifyRequest,
  reply: FastifyReply,
  after: string,
): Promise<FastifyReply> {
  const list = route.options.links?.list;
  const found = await list?.(after, listMax).catch(() => null);
  if (found === null || found === undefined) {
    return sendProblem(reply, retryLater(503, 'status_unavailable', cannotRead, 1));
  }
  const links = found.map((link) => ({
    ...link,
    short_url: shortUrl(route, request, link.link_id),
  }));
  const last = links.length < listMax ? null : (links.at(-1)?.link_id ?? null);
  return reply.send({ links, next_after: last });
}

/** By the address that people know; where none is configured, by the one that was asked. */
function shortUrl({ options }: LinksRoute, request: FastifyRequest, linkId: string): string {
  const base = options.links?.publicUrl ?? `${request.protocol}://${request.host}`;
  return `${base}/l/${encodeURIComponent(linkId)}`;
}
