/**
 * How much of the memory for bodies one network address may hold with write keys, so that a few slow
 * clients, who let much be reserved and send nothing, can't use up what all share. Whoever takes gives back
 * when the request is over, however it ended. Memory: an entry for each address with a request under way.
 */
import type { FastifyRequest } from 'fastify';
import { networkOfRequest } from './network.js';

export class AddressShares {
  readonly #bytesMax: number;
  readonly #held = new Map<string, number>();

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** False: too much is held already. A lone request always fits. */
  take(request: FastifyRequest, bytes: number): boolean {
    const network = networkOfRequest(request);
    const held = this.#held.get(network) ?? 0;
    if (held > 0 && held + bytes > this.#bytesMax) return false;
    this.#held.set(network, held + bytes);
    return true;
  }

  giveBack(request: FastifyRequest, bytes: number): void {
    const network = networkOfRequest(request);
    const left = (this.#held.get(network) ?? 0) - bytes;
    if (left > 0) this.#held.set(network, left);
    else this.#held.delete(network);
  }
}
