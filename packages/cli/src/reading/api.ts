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
  return answerOf(options, await send(options, path, {}));
}

/** A text that is no JSON; throws what the product said when it is not given. */
export async function getText(options: ApiOptions, path: string): Promise<string> {
  const response = await send(options, path, {});
  if (response.ok) return response.text();
  done(await answerOf(options, response), path);
  throw new Error(`no text at ${path}`);
}

/** As {@link getJson}, with a JSON body. */
export async function sendJson(
  options: ApiOptions,
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body: object,
): Promise<ApiAnswer> {
  const headers = { 'content-type': 'application/json' };
  return answerOf(
    options,
    await send(options, path, { method, headers, body: JSON.stringify(body) }),
  );
}

/** The body of an answer that did what was asked; throws what the product said otherwise. */
export function done({ status, body }: ApiAnswer, path: string): object {
  if (status >= 200 && status < 300 && typeof body === 'object' && body !== null) return body;
  const told = messageOf(body) ?? `ROSI answered ${status} to ${path}.`;
  throw new RosiError(status >= 500 ? 'ROSI_LOG_UNAVAILABLE' : 'ROSI_USAGE_INVALID', told);
}

function messageOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null;
  const { error } = body;
  if (typeof error !== 'object' || error === null || !('message' in error)) return null;
  return String(error.message);
}

async function answerOf(options: ApiOptions, response: Response): Promise<ApiAnswer> {
  const text = await response.text();
  if (response.status === 401 || response.status === 403) throw refused(options.url);
  return { status: response.status, body: parse(text) };
}

async function send(
  options: ApiOptions,
  path: string,
  request: { method?: string; headers?: Record<string, string>; body?: string },
): Promise<Response> {
  try {
    return await fetch(options.url + path, {
      ...request,
      headers: {
        authorization: `Bearer ${options.secretKey}`,
        accept: 'application/json',
        ...request.headers,
      },
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
