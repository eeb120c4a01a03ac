/**
 * An HTTP proxy before ClickHouse that passes every request on, and may keep an answer to itself:
 * the insert took effect, and whoever sent it never hears so.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of an answer: given back; kept for ever; its connection cut. */
export type Fate = 'answer' | 'silence' | 'cut';

export interface SwallowingProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** `fateOf` is asked by the statement, once ClickHouse has answered it. */
export async function startProxy(
  target: string,
  fateOf: (statement: string) => Fate,
): Promise<SwallowingProxy> {
  const server = createServer((incoming, outgoing) => {
    void pass(target, incoming).then(
      ({ answer, body }) => {
        const statement = new URL(incoming.url ?? '/', target).searchParams.get('query') ?? '';
        const fate = fateOf(statement);
        if (fate === 'cut') outgoing.destroy();
        if (fate === 'answer') give(outgoing, answer, body);
      },
      () => outgoing.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // A TCP socket is listening.
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Sends the request on, and resolves once the whole answer is there. */
function pass(
  target: string,
  incoming: IncomingMessage,
): Promise<{ answer: IncomingMessage; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers } = incoming;
    const path = new URL(incoming.url ?? '/', target);
    // A connection of its own: what is cut on one side says nothing on the other.
    const onward = request(path, { method, headers: { ...headers, connection: 'close' } });
    onward.on('error', reject);
    onward.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ answer, body: Buffer.concat(chunks) }));
      answer.on('error', reject);
    });
    incoming.pipe(onward);
  });
}

function give(outgoing: ServerResponse, answer: IncomingMessage, body: Buffer): void {
  const { 'transfer-encoding': _, connection: __, ...headers } = answer.headers;
  outgoing.writeHead(answer.statusCode ?? 502, headers).end(body);
}
