/**
 * Lines of a web server's access log: Apache's combined format, with or without the virtual host
 * before it, which nginx writes too. Reading is strict: a line that does not fit is an error.
 */
export interface LogLine {
  readonly address: string;
  /** Milliseconds since 1970. */
  readonly occurredAt: number;
  readonly method: string;
  /** Path and query, or a whole URL, as requested. */
  readonly target: string;
  readonly status: number;
  /** Empty: none. */
  readonly referrer: string;
  /** Empty: none. */
  readonly agent: string;
}

const quoted = '"((?:[^"\\\\]|\\\\.)*)"';
/** Without a colon in the name, or `::1 - - [` would be a virtual host and its visitor nobody. */
const virtualHost = '(?:(?:[^\\s:]+|\\[\\S+\\]):\\d+ )?';
const combined = new RegExp(
  `^${virtualHost}(\\S+) \\S+ .*?\\[([^\\]]+)\\] ${quoted} (\\d{3}) (?:\\d+|-)` +
    `(?: ${quoted}(?: ${quoted})?)?`,
);
const clock = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;
const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** Null: not a line of this format. The request of a broken connection has an empty method. */
export function readLogLine(text: string): LogLine | null {
  const match = combined.exec(text);
  if (match === null) return null;
  const [, address = '', time = '', request = '', status = '', referrer = '', agent = ''] = match;
  const occurredAt = readLogTime(time);
  if (occurredAt === null) return null;
  const [method = '', target = ''] = unescaped(request).split(' ');
  return {
    address,
    occurredAt,
    method: target === '' ? '' : method,
    target,
    status: Number(status),
    referrer: stated(referrer),
    agent: stated(agent),
  };
}

function stated(text: string): string {
  return text === '-' ? '' : unescaped(text);
}

/** Apache escapes quotes and backslashes by a backslash, other bytes as \xhh (of UTF-8). */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes = text.replace(/(?:\\x[0-9a-fA-F]{2})+/g, (run) =>
    Buffer.from(run.replaceAll('\\x', ''), 'hex').toString('utf8'),
  );
  return bytes.replace(/\\(["\\])/g, '$1');
}

/** `17/May/2015:10:05:03 +0000`. */
function readLogTime(text: string): number | null {
  const match = clock.exec(text);
  if (match === null) return null;
  const month = months.indexOf(match[2] ?? '-') / 3;
  if (!Number.isInteger(month) || month < 0) return null;
  const [day, year, hour, minute, second, hours, minutes] = [1, 3, 4, 5, 6, 8, 9].map((index) =>
    Number(match[index]),
  ) as [number, number, number, number, number, number, number]; // Seven indexes, seven numbers.
  const utc = Date.UTC(year, month, day, hour, minute, second);
  if (new Date(utc).getUTCDate() !== day || hour > 23 || minute > 59 || second > 60) return null;
  const offsetMs = (hours * 60 + minutes) * 60_000;
  return match[7] === '-' ? utc + offsetMs : utc - offsetMs;
}
