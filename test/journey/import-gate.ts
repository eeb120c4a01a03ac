/**
 * A gate between a client and the product's event API, so that a test decides where an import is
 * interrupted instead of racing it. Guarantees: the first requests are answered as the product
 * answers; the next reach it, but their answers don't come back; the others wait outside.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Gate {
  readonly url: string;
  /** Resolves when as many answers are lost as were asked for. */
  lost(): Promise<void>;
  /** From now on everything passes. */
  open(): void;
  close(): Promise<void>;
}

export interface GateOptions {
  readonly answered: number;
  readonly answersLost: number;
}

export async function openGate(target: string, options: GateOptions): Promise<Gate> {
  let isOpen = false;
  let requests = 0;
  let lost = 0;
  let tellLost = () => {};
  const allLost = new Promise<void>((resolve) => {
    tellLost = resolve;
  });
  const server = createServer((request, response) => {
    requests += 1;
    const place = requests;
    const passes = isOpen || place <= options.answered;
    if (!passes && place > options.answered + options.answersLost) return;
    forward(target, request)
      .then((answer) => {
        if (passes) return send(response, answer);
        lost += 1;
        if (lost === options.answersLost) tellLost();
      })
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // Listening on a port, so it is one.
  return {
    url: `http://127.0.0.1:${port}`,
    lost: () => allLost,
    open: () => {
      isOpen = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function forward(target: string, request: IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer); // No encoding is set: bytes.
  const names = ['authorization', 'content-type', 'x-rosi-source'] as const;
  const stated = names.flatMap((name) => {
    const value = request.headers[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  const response = await fetch(`${target}${request.url}`, {
    method: request.method ?? 'POST',
    headers: Object.fromEntries(stated),
    body: Buffer.concat(parts),
  });
  return { status: response.status, text: await response.text() };
}

function send(response: ServerResponse, { status, text }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}
