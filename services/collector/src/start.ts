/**
 * Starts the collector on a socket. A stop refuses new requests, lets those under way finish (their
 * events are in the log before they are answered), and closes; nothing that was accepted is lost.
 */
import type { AddressInfo } from 'node:net';
import { addressFailure, httpUrl } from '@rosi/service-kit';
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
    url: httpUrl({ host: options.host, port }),
    port,
    stop() {
      stopping ??= stopOnce();
      return stopping;
    },
  };
}
