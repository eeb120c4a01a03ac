/** Requests of the commands to the running product, with every failure told in one sentence. */
import { RosiError } from '@rosi/service-kit';

export interface ApiOptions {
  readonly url: string;
  readonly secretKey: string;
}

export interface ApiAnswer {
  readonly status: number;
  /** Parsed JSON; the text when it is none. */
  readonly body: unknown;
}

const timeoutMs = 60_000;

/** Throws a RosiError when nobody answers or the key is refused. */
export async function getJson(options: ApiOptions, path: string): Promise<ApiAnswer> {
  const response = await send(options, path);
  const text = await response.text();
  if (response.status === 401 || response.status === 403) throw refused(options.url);
  return { status: response.status, body: parse(text) };
}

async function send(options: ApiOptions, path: string): Promise<Response> {
  try {
    return await fetch(options.url + path, {
      headers: { authorization: `Bearer ${options.secretKey}`, accept: 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (cause) {
    throw new RosiError(
      'ROSI_NOT_RUNNING',
      `ROSI does not answer at ${options.url} (${reasonOf(cause)}). Start it with \`rosi start\`, ` +
        'or set ROSI_DATA_DIR to the folder of the one that runs.',
      { cause },
    );
  }
}

export function refused(url: string): RosiError {
  return new RosiError(
    'ROSI_CONFIG_INVALID',
    `${url} refused the secret key. Set ROSI_SECRET_KEY to the one it was started with, ` +
      'or ROSI_DATA_DIR to its folder.',
  );
}

/** fetch hides the reason in the cause of the cause. */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause = thrown.cause;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) {
    return cause.errors[0].message;
  }
  if (cause instanceof Error && cause.message !== '') return cause.message;
  return thrown.message;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
