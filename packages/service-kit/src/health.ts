/**
 * Liveness, readiness and metrics over HTTP, for a process that serves nothing else; and the answer
 * about readiness, for those that do. It listens from early on, so that a long start is seen as one.
 */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addressFailure, httpUrl } from './address.js';
import type { Logger } from './logger.js';
import { prometheusContentType } from './metrics.js';

export interface ReadyPart {
  readonly part: string;
  readonly ready: boolean;
}

export interface ReadinessAnswer {
  readonly status: 200 | 503;
  readonly body: { readonly ready: boolean; readonly parts: readonly ReadyPart[] };
}

/** Ready when every part is; a part that can't be asked is not. */
export async function readinessAnswer(
  read: () => Promise<readonly ReadyPart[]>,
): Promise<ReadinessAnswer> {
  const unknown: readonly ReadyPart[] = [{ part: 'readiness of the parts', ready: false }];
  const parts = await read().catch(() => unknown);
  const ready = parts.every((part) => part.ready);
  return { status: ready ? 200 : 503, body: { ready, parts } };
}

export interface HealthServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  ready(): Promise<readonly ReadyPart[]>;
  /** Prometheus text. */
  metrics(): Promise<string>;
  readonly logger: Pick<Logger, 'warn'>;
}

export interface HealthServer {
  /** For example `http://127.0.0.1:8080`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Throws a RosiError (ROSI_ADDRESS_UNAVAILABLE) when the address can't be bound. */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    void answer(options, request.url?.split('?')[0] ?? '', response).catch((error: unknown) => {
      options.logger.warn({ err: error }, 'a question about health was not answered');
      send(response, 500, 'application/json', '{}');
    });
  });
  try {
    server.listen(options.port, options.host);
    await once(server, 'listening');
  } catch (cause) {
    throw addressFailure(options, cause);
  }
  const { port } = server.address() as AddressInfo; // A TCP socket is listening.
  return {
    url: httpUrl({ host: options.host, port }),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(
  options: HealthServerOptions,
  path: string,
  response: ServerResponse,
): Promise<void> {
  if (path === '/health/live') return send(response, 200, 'application/json', '{"live":true}');
  if (path === '/metrics') {
    return send(response, 200, prometheusContentType, await options.metrics());
  }
  if (path === '/health/ready') {
    const { status, body } = await readinessAnswer(() => options.ready());
    return send(response, status, 'application/json', JSON.stringify(body));
  }
  const told = {
    code: 'not_found',
    message: 'This process has /health/live, /health/ready, /metrics.',
  };
  send(response, 404, 'application/json', JSON.stringify({ error: told }));
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': type }).end(text);
}
