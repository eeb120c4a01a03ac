/**
 * Which requests of a log are page views: what a person's browser asked for as a document and got.
 * Everything else has a reason for which it is left out, and is counted under it.
 */
import type { LogLine } from './log-line.js';

const skipReasons = [
  'not_a_request',
  'method',
  'head_request',
  'no_content',
  'redirect',
  'error_status',
  'asset',
  'feed',
  'machine_path',
  'bot',
] as const;
export type SkipReason = (typeof skipReasons)[number];

const assetExtensions = new Set(
  (
    'css js mjs map json xml txt ico png jpg jpeg gif svg webp avif bmp tif tiff psd woff woff2 ttf ' +
    'otf eot mp3 mp4 m4a m4v ogg ogv oga webm wav flac avi mov mpg mpeg wmv flv swf pdf zip gz tgz ' +
    'bz2 xz 7z rar tar jar exe msi dmg iso apk deb rpm bin dat csv tsv xls xlsx doc docx ppt pptx ' +
    'odt wasm webmanifest appcache htc cur crx log sql bak c h cpp py rb pl sh java patch diff ' +
    'asc sig md5 sha1 sha256 torrent ics vcf'
  ).split(' '),
);
const feedPath =
  /(?:^|\/)(?:feed|feeds|rss|rss2|atom)(?:\/|$|\.(?:xml|rdf|php)$)|\.(?:rss|atom|rdf)$/i;
const feedQuery = /(?:^|&)(?:flav|feed|format|type)=(?:rss|atom|feed|rdf)[^&]*/i;
const machinePath =
  /^\/(?:robots\.txt|\.well-known\/|xmlrpc\.php|wp-(?:json|cron\.php|admin|login\.php|includes|content)|cgi-bin\/|api\/|server-status|favicon)/i;

/** Null: a page view. `isBot` judges the user agent. */
export function skipReasonOf(line: LogLine, isBot: (agent: string) => boolean): SkipReason | null {
  if (line.method === '') return 'not_a_request';
  // HEAD asks for no document: contract 3.10 counts such requests as bots'.
  if (line.method === 'HEAD') return 'head_request';
  if (line.method !== 'GET') return 'method';
  return statusReason(line.status) ?? targetReason(line.target) ?? agentReason(line.agent, isBot);
}

function statusReason(status: number): SkipReason | null {
  if (status === 204 || status === 205) return 'no_content';
  // 304: the browser shows the page from its cache.
  if ((status >= 200 && status < 300) || status === 304) return null;
  // The browser asks for the redirect's target next, with the same referrer: that is the view.
  return status >= 300 && status < 400 ? 'redirect' : 'error_status';
}

function targetReason(target: string): SkipReason | null {
  const path = pathOf(target);
  if (path === null) return 'not_a_request';
  const [plain = '', query = ''] = splitOnce(path, '?');
  if (feedPath.test(plain) || feedQuery.test(query)) return 'feed';
  if (machinePath.test(plain)) return 'machine_path';
  const extension = /\.([A-Za-z0-9]{1,12})$/.exec(plain)?.[1]?.toLowerCase();
  return extension !== undefined && assetExtensions.has(extension) ? 'asset' : null;
}

function agentReason(agent: string, isBot: (agent: string) => boolean): SkipReason | null {
  return agent !== '' && isBot(agent) ? 'bot' : null;
}

/** Path and query of a request's target, which a proxy writes as a whole URL; null: neither. */
export function pathOf(target: string): string | null {
  if (target.startsWith('/')) return target;
  const whole = /^https?:\/\/[^/]+(\/.*)?$/i.exec(target);
  return whole === null ? null : (whole[1] ?? '/');
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
