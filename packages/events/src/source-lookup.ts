/** Finds the known source behind a host, an app or a utm_source. */
import { parse } from 'tldts';
import { bareHost } from './landing.js';
import { type Source, type SourceKind, sources } from './sources.js';

const anySuffix = '.*';

function index(keysOf: (source: Source) => readonly string[]): ReadonlyMap<string, Source> {
  const map = new Map<string, Source>();
  for (const source of sources) {
    for (const key of keysOf(source)) if (!map.has(key)) map.set(key, source);
  }
  return map;
}

const byHost = index((source) => source.hosts.filter((host) => !host.endsWith(anySuffix)));
const byName = index((source) =>
  source.hosts.filter((host) => host.endsWith(anySuffix)).map((host) => host.slice(0, -2)),
);
const byApp = index((source) => source.apps ?? []);
/** What utm_source names besides these is a campaign's own word: `square`, `goo`. */
const unnamedKinds: ReadonlySet<SourceKind> = new Set(['payment', 'shortener', 'site']);
const byUtmSource = index((source) => [
  ...(unnamedKinds.has(source.kind) ? [] : [source.platform]),
  ...(source.names ?? []),
]);

/** Where a referrer's host belongs. */
export interface Origin {
  readonly source: Source | null;
  /** Registrable domain (example.co.uk), or the host itself when it has none. */
  readonly domain: string;
}

/** The source of a host (without `www.`): the longest known host that it is, or is under. */
export function originOfHost(host: string): Origin {
  const { domain, domainWithoutSuffix } = parse(host, { extractHostname: false });
  const registrable = domain ?? host;
  for (let rest = host; rest !== ''; rest = withoutFirstLabel(rest)) {
    const source = byHost.get(rest);
    if (source !== undefined) return { source, domain: registrable };
  }
  const source = byName.get(domainWithoutSuffix ?? '') ?? null;
  return { source, domain: registrable };
}

function withoutFirstLabel(host: string): string {
  const dot = host.indexOf('.');
  return dot < 0 ? '' : host.slice(dot + 1);
}

/** The source of an Android package. */
export function originOfApp(name: string): Origin {
  return { source: byApp.get(name) ?? null, domain: name };
}

/** The source that a utm_source (lower case) names: a name, or a host. */
export function sourceOfUtm(utmSource: string): Source | null {
  const name = byUtmSource.get(utmSource) ?? byUtmSource.get(utmSource.replace(/[\s-]/g, '_'));
  if (name !== undefined) return name;
  return utmSource.includes('.') ? originOfHost(bareHost(utmSource)).source : null;
}
