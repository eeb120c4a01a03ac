/** The connectors, by their source. A new one is its file and its line here. */
import { bluesky } from './bluesky/bluesky.js';
import type { Connector } from './frame/connector.js';
import { mastodon } from './mastodon/mastodon.js';

export const connectors: readonly Connector[] = [bluesky, mastodon];
