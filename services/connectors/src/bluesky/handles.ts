/**
 * Names of accounts: Jetstream tells who did something by a DID alone, people know a handle. Asked
 * of the public AppView once for each account that matters, and kept up to date by the stream's
 * identity messages. Whoever has no valid handle goes by the DID.
 */
import type { Http } from '../frame/http.js';
import { textAt } from '../frame/reading.js';

const keptMax = 20_000;

export class Handles {
  readonly #http: Http;
  readonly #appView: string;
  readonly #known = new Map<string, string>();

  constructor(http: Http, appView: string) {
    this.#http = http;
    this.#appView = appView;
  }

  /** As in `identifiers.handle`. Rejects with a ProviderFailure while the AppView is away. */
  async handleOf(did: string): Promise<string> {
    const known = this.#known.get(did);
    if (known !== undefined) return known;
    const query = new URLSearchParams({ actor: did });
    const answer = await this.#http.get(`${this.#appView}/xrpc/app.bsky.actor.getProfile?${query}`);
    // 400: deactivated, taken down or gone.
    const handle = answer.status === 200 ? textAt(answer.json, 'handle') : '';
    return this.#keep(did, handle);
  }

  renamed(did: string, handle: string): void {
    if (this.#known.has(did)) this.#keep(did, handle);
  }

  #keep(did: string, handle: string): string {
    const isValid = handle !== '' && handle !== 'handle.invalid';
    const kept = isValid ? `bluesky:@${handle.toLowerCase()}` : `bluesky:${did}`;
    if (this.#known.size >= keptMax) this.#known.clear();
    this.#known.set(did, kept);
    return kept;
  }
}
