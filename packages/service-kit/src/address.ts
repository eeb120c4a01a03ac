/** What a server that could not listen tells its operator. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { RosiError } from './errors.js';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** For example `http://127.0.0.1:8080`. */
export function httpUrl({ host, port }: ListenAddress): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Of the error that `listen` gave: names the variable to change, where there is one. */
export function addressFailure({ host, port }: ListenAddress, cause: unknown): RosiError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const address = `${host}:${port}`;
  const reasons = new Map([
    ['EADDRINUSE', `${address} is in use: set ROSI_HTTP_PORT to a free port, or 0 for any.`],
    ['EACCES', `${address} may not be bound: set ROSI_HTTP_PORT to 1024 or above.`],
    ['EADDRNOTAVAIL', `${host} is no address of this machine: set ROSI_HOST to one.`],
    ['ENOTFOUND', `${host} is no address of this machine: set ROSI_HOST to one.`],
  ]);
  const told = reasons.get(code);
  if (told !== undefined) return new RosiError('ROSI_ADDRESS_UNAVAILABLE', told, { cause });
  return new RosiError('ROSI_START_FAILED', `Nothing can listen on ${address}.`, { cause });
}

/**
 * Throws when nothing can listen there now: told before the slow parts start, and not a minute later.
 * The server that listens in the end finds out for itself again.
 */
export async function assertListenable(address: ListenAddress): Promise<void> {
  const server = createServer();
  try {
    await once(server.listen({ ...address, exclusive: true }), 'listening');
  } catch (cause) {
    throw addressFailure(address, cause);
  }
  await new Promise((resolve) => server.close(resolve));
}
