/**
 * What operators and programs ask of a running instance: liveness, readiness, metrics, the
 * pipeline's status and an order's receipt.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type KeyReader, secretAccess } from './access.js';
import type { CollectorMetrics } from './collector-metrics.js';
import type { CollectorOptions, PartReadiness, PipelineStatus } from './options.js';
import { problem, retryLater, sendProblem } from './problems.js';

export interface OperationsRoutes {
  readonly kindOf: KeyReader;
  readonly metrics: CollectorMetrics;
  readonly options: CollectorOptions;
  isStopping(): boolean;
}

export function addOperationsRoutes(app: FastifyInstance, routes: OperationsRoutes): void {
  addHealthRoutes(app, routes);
  addMetricsRoute(app, routes);
  app.get('/v1/status', async (request, reply) => {
    const denied = secretAccess(request, routes.kindOf);
    if (denied !== null) return sendProblem(reply, denied);
    const status = await orNull(routes, 'status', () => routes.options.status());
    if (status !== null) return reply.send(statusBody(status));
    const told = 'The status can not be read now; see /health/ready.';
    return sendProblem(reply, retryLater(503, 'status_unavailable', told, 1));
  });
  app.get('/v1/orders/:order_id/receipt', async (request, reply) => {
    const denied = secretAccess(request, routes.kindOf);
    if (denied !== null) return sendProblem(reply, denied);
    const receipt = (await routes.options.receipt?.(orderIdOf(request))) ?? null;
    if (receipt !== null) return reply.send(receipt);
    const told =
      routes.options.receipt === undefined
        ? 'This instance gives no receipts.'
        : 'No order with this id is known; /v1/status says whether events still wait.';
    return sendProblem(reply, problem(404, 'not_found', told));
  });
}

function addHealthRoutes(app: FastifyInstance, routes: OperationsRoutes): void {
  app.get('/health/live', (_request, reply) => reply.send({ live: true }));
  app.get('/health/ready', async (_request, reply) => {
    const others = await orNull(routes, 'readiness', () => routes.options.ready());
    const own: PartReadiness = { part: 'collector', ready: !routes.isStopping() };
    const parts = [own, ...(others ?? [{ part: 'readiness of the other parts', ready: false }])];
    const ready = parts.every((part) => part.ready);
    return reply.code(ready ? 200 : 503).send({ ready, parts });
  });
}

function addMetricsRoute(app: FastifyInstance, routes: OperationsRoutes): void {
  app.get('/metrics', async (_request, reply) => {
    const own = await routes.metrics.text();
    // What the other parts can't tell now must not hide what the collector can.
    const others = await orNull(
      routes,
      'metrics',
      async () => (await routes.options.metrics?.()) ?? '',
    );
    return reply.type(routes.metrics.contentType).send(`${own}\n${others ?? ''}`);
  });
}

async function orNull<T>(
  routes: OperationsRoutes,
  what: string,
  read: () => Promise<T>,
): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    routes.options.logger.warn({ what, error: told }, 'a part of the pipeline does not answer');
    return null;
  }
}

function orderIdOf(request: FastifyRequest): string {
  const { params } = request;
  if (typeof params !== 'object' || params === null || !('order_id' in params)) return '';
  return String(params.order_id);
}

/** snake_case on the wire. */
function statusBody(status: PipelineStatus): object {
  return {
    settled: status.settled,
    fresh_through: status.freshThrough,
    stages: status.stages.map((stage) => ({
      name: stage.name,
      last_offset: stage.lastOffset,
      lag: stage.lag,
      outcomes: stage.outcomes,
    })),
  };
}
