/** The page in a process of its own: beside it only health and metrics are served. */
import type { AddressInfo } from 'node:net';
import {
  addressFailure,
  httpUrl,
  prometheusContentType,
  type ReadyPart,
  readinessAnswer,
} from '@rosi/service-kit';
import Fastify, { type FastifyInstance } from 'fastify';
import { dashboard } from './dashboard.js';
import type { DashboardOptions } from './options.js';

export interface DashboardServerOptions extends DashboardOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Readiness of what the page needs. */
  ready(): Promise<readonly ReadyPart[]>;
  /** Prometheus text. */
  metrics(): Promise<string>;
}

export interface DashboardServer {
  /** For example `http://127.0.0.1:8080`. */
  readonly url: string;
  /** After the requests under way. */
  stop(): Promise<void>;
}

/** Throws a RosiError (ROSI_ADDRESS_UNAVAILABLE) when the address can't be bound. */
export async function startDashboard(options: DashboardServerOptions): Promise<DashboardServer> {
  const app = Fastify({ logger: false, forceCloseConnections: true });
  addHealthRoutes(app, options);
  await app.register(dashboard(options));
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (cause) {
    await app.close();
    throw addressFailure(options, cause);
  }
  const { port } = app.server.address() as AddressInfo; // A TCP socket is listening.
  return { url: httpUrl({ host: options.host, port }), stop: () => app.close() };
}

function addHealthRoutes(app: FastifyInstance, options: DashboardServerOptions): void {
  app.get('/health/live', (_request, reply) => reply.send({ live: true }));
  app.get('/health/ready', async (_request, reply) => {
    const { status, body } = await readinessAnswer(() => options.ready());
    return reply.code(status).send(body);
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(prometheusContentType).send(await options.metrics()),
  );
}
