/**
 * The HTTP application: routes, the shape of every failure, and nothing that listens. No request is
 * logged, since addresses and headers may carry keys; metrics count them by route.
 */
import { STATUS_CODES } from 'node:http';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { keyReader } from './access.js';
import { AddressLimits } from './address-limits.js';
import { AddressShares } from './address-shares.js';
import { collectorMetrics } from './collector-metrics.js';
import { addCommandRoutes } from './command-routes.js';
import { addDocumentation, addFrontDoor } from './documentation.js';
import { addEventsRoute, type EventsRoute } from './events-route.js';
import { InFlightBytes } from './in-flight.js';
import { keyedHash } from './keyed-hash.js';
import { KeyLimits, kindBuckets, senderOf } from './keys/key-limits.js';
import { addKeysRoute } from './keys/keys-route.js';
import { fixedKeys } from './keys/live-keys.js';
import { LateRefusals } from './late-refusals.js';
import { addLinks } from './links/index.js';
import { addOperationsRoutes } from './operations-routes.js';
import { type CollectorOptions, defaultLimits } from './options.js';
import { addPixelRoutes } from './pixel/route.js';
import { type Problem, type ProblemCode, problem, retryLater, sendProblem } from './problems.js';
import { refuseConnection } from './refuse-connection.js';
import { addTrackerRoutes } from './trackers/routes.js';
import { addWebhookRoute } from './webhooks/route.js';

/** Order ids have up to 256 characters, four bytes each, three characters a byte when encoded. */
const parameterLengthMax = 3_072;
const tooManyRequests = 429;

export interface CollectorApp {
  readonly app: FastifyInstance;
  /** From now on requests are refused with 503, and connections closed once answered. */
  beginStop(): void;
}

export async function createApp(options: CollectorOptions): Promise<CollectorApp> {
  const limits = { ...defaultLimits, ...options.limits };
  const now = options.now ?? Date.now;
  const { ring, store } = options.liveKeys ?? fixedKeys(options.keys);
  const kindOf = keyReader(ring);
  const inFlight = new InFlightBytes(limits.inFlightBytesMax);
  const metrics = collectorMetrics(inFlight);
  let stopping = false;

  const app = Fastify({
    logger: false,
    bodyLimit: limits.bodyBytesMax,
    requestTimeout: limits.requestTimeoutMs,
    trustProxy: options.trustedProxies === undefined ? false : [...options.trustedProxies],
    http: {
      headersTimeout: limits.requestTimeoutMs,
      // Node looks for late requests every 30 s unless told, and so would be late itself.
      connectionsCheckingInterval: Math.ceil(limits.requestTimeoutMs / 10),
    },
    forceCloseConnections: 'idle',
    return503OnClosing: false, // The hook below does, in our shape.
    routerOptions: { maxParamLength: parameterLengthMax },
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, _request, reply) => sendProblem(reply, problemOf(error)),
  });
  app.server.maxConnections = limits.connectionsMax;
  // Bodies are read by the route itself: with its own limits, and only once it wants one.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.addHook('onRequest', (_request, reply, done) => {
    if (!stopping) return done();
    sendProblem(reply, retryLater(503, 'stopping', 'This instance is stopping.', 5));
  });
  const refusals = new LateRefusals();
  app.addHook('onSend', (request, reply, payload, done) => {
    const answer = (close: boolean) => {
      if (close) reply.header('connection', 'close');
      done(null, payload);
    };
    if (reply.statusCode !== tooManyRequests || stopping) return answer(stopping);
    const waits = refusals.later(senderOf(request), reply.raw, () => answer(stopping));
    if (!waits) answer(true);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.answered(route, reply.statusCode, reply.elapsedTime / 1_000);
    done();
  });
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const failure = problemOf(error);
    if (failure.status >= 500) options.logger.error({ err: error }, 'a request failed');
    return sendProblem(reply, failure);
  });
  app.setNotFoundHandler((request, reply) => sendProblem(reply, notFound(app, request.url)));

  const workspace = {
    workspace: options.workspace,
    ownDomains: options.ownDomains,
    hash: keyedHash(options.hashKey),
  };
  const buckets = kindBuckets(limits, now);
  const addresses = new AddressLimits({ rate: limits.addressRate, now });
  const log = await addLinks(app, { kindOf, limits, workspace, metrics, options, now });
  const collecting: EventsRoute = {
    kindOf,
    limits,
    shares: new AddressShares(limits.addressBytesMax),
    keyLimits: new KeyLimits({ limits, addresses, others: buckets, now }),
    inFlight,
    workspace,
    log,
    metrics,
    logger: options.logger,
    now,
  };
  addEventsRoute(app, collecting);
  addTrackerRoutes(app, collecting);
  addPixelRoutes(app, collecting);
  addCommandRoutes(app, { kindOf, workspace, log: options.log, options, now });
  addWebhookRoute(app, { limits, inFlight, workspace, metrics, options: { ...options, log }, now });
  const { audit } = options;
  if (store !== null) addKeysRoute(app, { kindOf, ring, store, ...(audit && { audit }), now });
  addOperationsRoutes(app, { kindOf, metrics, options, isStopping: () => stopping });
  await addDocumentation(app, limits);
  if (options.pages === undefined) addFrontDoor(app);
  else await app.register(options.pages);
  return {
    app,
    beginStop() {
      stopping = true;
      refusals.answerAll();
    },
  };
}

/** The framework's own refusals (a bad address, a bad header) in our shape; all else is a fault. */
function problemOf(error: FastifyError): Problem {
  const status = error.statusCode ?? 500;
  if (status >= 500) return problem(500, 'internal', 'The request failed; it may be sent again.');
  return problem(status, codesByStatus.get(status) ?? 'bad_request', STATUS_CODES[status] ?? 'Bad');
}

const codesByStatus: ReadonlyMap<number, ProblemCode> = new Map([
  [404, 'not_found'],
  [413, 'payload_too_large'],
  [415, 'unsupported_media_type'],
]);

function notFound(app: FastifyInstance, address: string): Problem {
  const [url = ''] = address.split('?');
  const methods = (['GET', 'POST', 'PUT', 'DELETE'] as const).filter(
    (method) => app.findRoute({ method, url }) !== null,
  );
  if (methods.length === 0) {
    return problem(404, 'not_found', 'There is nothing here; /docs shows what there is.');
  }
  const allow = methods.join(', ');
  return problem(405, 'method_not_allowed', `This address takes ${allow}.`, { allow });
}
