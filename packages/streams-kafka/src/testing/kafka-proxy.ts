/**
 * A TCP proxy that understands where Kafka's requests and answers begin and end, so that a test can
 * hold, drop or cut off one of them. Everything else passes as it is.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** The number of Kafka's request that ends a transaction. */
export const END_TRANSACTION = 26;

const LENGTH_BYTES = 4;
const CORRELATION_AT = 4;
const CLIENT_ID_AT = 8;

export interface ProxiedRequest {
  readonly apiKey: number;
  /** As the client calls itself. */
  readonly clientId: string;
  /** Resolves when the broker has answered it, whoever is left to hear that. */
  readonly answered: Promise<void>;
  /** The answer is not passed on. */
  dropAnswer(): void;
  /** Ends the client's connection. What it has sent still goes to the broker. */
  cut(): void;
}

export interface KafkaProxyOptions {
  readonly port: number;
  /** The broker's port, on loopback. */
  readonly target: number;
  /** Told of each request, which goes on when the promise is fulfilled; later ones wait behind it. */
  onRequest(request: ProxiedRequest): Promise<void> | void;
}

export interface KafkaProxy {
  close(): Promise<void>;
}

export async function startKafkaProxy(options: KafkaProxyOptions): Promise<KafkaProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    // Whoever goes away in a test does so without a farewell.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    const broker = connect(options.target, '127.0.0.1');
    keep(client);
    keep(broker);
    relay(client, broker, options);
  });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  return {
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Asked {
  isDropped: boolean;
  onAnswer(): void;
}

function relay(client: Socket, broker: Socket, { onRequest }: KafkaProxyOptions): void {
  const asked = new Map<number, Asked>();
  // Requests go on in their order, also those of a client that is gone by then.
  let before: Promise<void> = Promise.resolve();
  const onFrame = (frame: Buffer) => {
    const body = frame.subarray(LENGTH_BYTES);
    let onAnswer = () => {};
    const answered = new Promise<void>((resolve) => {
      onAnswer = resolve;
    });
    const one: Asked = { isDropped: false, onAnswer };
    asked.set(body.readInt32BE(CORRELATION_AT), one);
    const nameBytes = Math.max(body.readInt16BE(CLIENT_ID_AT), 0);
    const request: ProxiedRequest = {
      apiKey: body.readInt16BE(0),
      clientId: body.toString('utf8', CLIENT_ID_AT + 2, CLIENT_ID_AT + 2 + nameBytes),
      answered,
      dropAnswer() {
        one.isDropped = true;
      },
      cut: () => client.destroy(),
    };
    before = before.then(() => onRequest(request)).then(() => void broker.write(frame));
  };
  onFrames(client, onFrame);
  onFrames(broker, (frame) => {
    const correlationId = frame.readInt32BE(LENGTH_BYTES);
    const one = asked.get(correlationId);
    asked.delete(correlationId);
    if (one?.isDropped !== true && !client.destroyed) client.write(frame);
    one?.onAnswer();
  });
  client.on('close', () => void before.then(() => broker.end()));
  broker.on('close', () => client.destroy());
}

/** Whole frames, their length included. */
function onFrames(socket: Socket, take: (frame: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + rest.readInt32BE(0);
      if (rest.length < end) return;
      take(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  });
}
