/**
 * Starts the collector on a socket. A stop refuses new requests, lets those under way finish (their
 * events are in the log before they are answered), and closes; nothing that was accepted is lost.
 */
import type { AddressInfo } from 'node:net';
import { RosiError } from '@rosi/service-kit';
import { createApp } from './app.js';
import { type CollectorOptions, defaultLimits } from './options.js';

export interface Collector {
  /** For example `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  /** The same promise for every caller. */
  stop(): Promise<void>;
}

/** Throws a RosiError (ROSI_ADDRESS_UNAVAILABLE) when the address can't be bound. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const { app, beginStop } = await createApp(options);
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (cause) {
    await app.close();
    throw addressFailure(options, cause);
  }
  const { port } = app.server.address() as AddressInfo; // A TCP socket is listening.
  const stopTimeoutMs = options.limits?.stopTimeoutMs ?? defaultLimits.stopTimeoutMs;
  let stopping: Promise<void> | undefined;

  async function stopOnce(): Promise<void> {
    beginStop();
    const cut = setTimeout(() => app.server.closeAllConnections(), stopTimeoutMs);
    try {
      await app.close();
    } finally {
      clearTimeout(cut);
    }
  }
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    port,
    stop() {
      stopping ??= stopOnce();
      return stopping;
    },
  };
}

function addressFailure(options: CollectorOptions, cause: unknown): Error {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const address = `${options.host}:${options.port}`;
  const reasons = new Map([
    ['EADDRINUSE', `${address} is in use: set ROSI_HTTP_PORT to a free port, or 0 for any.`],
    ['EACCES', `${address} may not be bound: set ROSI_HTTP_PORT to 1024 or above.`],
    ['EADDRNOTAVAIL', `${options.host} is no address of this machine: set ROSI_HOST to one.`],
    ['ENOTFOUND', `${options.host} is no address of this machine: set ROSI_HOST to one.`],
  ]);
  const told = reasons.get(code);
  if (told !== undefined) return new RosiError('ROSI_ADDRESS_UNAVAILABLE', told, { cause });
  return new RosiError('ROSI_START_FAILED', `The collector can't listen on ${address}.`, { cause });
}
