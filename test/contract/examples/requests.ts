/** Section 2, the request: bodies, limits, keys and status codes; sections 1's public addresses. */

export interface RequestExample {
  readonly title: string;
  readonly sentences: readonly string[];
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What follows `Bearer`; null: no Authorization at all; absent: the secret key. */
  readonly key?: string | null;
  readonly body?: () => string;
  readonly status: number;
  /** For a 202: events accepted, and indexes rejected. */
  readonly accepted?: number;
  readonly rejected?: readonly number[];
}

const body = 'Body: one JSON object, an array, or NDJSON (`application/x-ndjson`);';
const limits = 'at most 1,000 events and 5 MB a request (413 over it).';
const answers = '401 wrong key, 400 not JSON, 429 over the rate limit';
const some = 'A request with both good and bad events accepts the good ones.';
const promise =
  'Answer `202 {"accepted": n, "rejected": [{"index", "event_id", "code", "message"}]}`';

const event = (id: string, more: object = {}) => ({
  event_id: `request-${id}`,
  type: 'click',
  occurred_at: '2024-03-01T10:00:00Z',
  ...more,
});
const many = (name: string, n: number, more: object = {}) =>
  Array.from({ length: n }, (_, index) => event(`${name} ${index}`, more));
const lines = (list: readonly unknown[]) => list.map((one) => JSON.stringify(one)).join('\n');
const ndjson = { 'content-type': 'application/x-ndjson' };

export const requests: readonly RequestExample[] = [
  {
    title: 'one object',
    sentences: ['Events: `POST /v1/events`', body, promise],
    body: () => JSON.stringify(event('object')),
    status: 202,
    accepted: 1,
  },
  {
    title: 'an array',
    sentences: [body],
    body: () => JSON.stringify(many('array', 3)),
    status: 202,
    accepted: 3,
  },
  {
    title: 'lines, with and without an end, and with a line ending of two characters',
    sentences: [body],
    headers: ndjson,
    body: () => `${lines(many('lines', 3)).replace('\n', '\r\n')}\n`,
    status: 202,
    accepted: 3,
  },
  {
    title: 'lines with parameters in the content type',
    sentences: [body],
    headers: { 'content-type': 'application/x-ndjson; charset=utf-8' },
    body: () => lines(many('parameters', 2)),
    status: 202,
    accepted: 2,
  },
  {
    title: 'lines, one of them a bad event',
    sentences: [body, some],
    headers: ndjson,
    body: () => lines([event('line good'), event('line bad', { type: 'no' }), event('line last')]),
    status: 202,
    accepted: 2,
    rejected: [1],
  },
  {
    title: 'things that are no events among events',
    sentences: [some],
    body: () => JSON.stringify([1, event('among'), null, 'click', []]),
    status: 202,
    accepted: 1,
    rejected: [0, 2, 3, 4],
  },
  {
    title: 'a thousand events',
    sentences: [limits],
    body: () => JSON.stringify(many('thousand', 1_000)),
    status: 202,
    accepted: 1_000,
  },
  {
    title: 'a thousand and one events',
    sentences: [limits],
    body: () => JSON.stringify(many('too many', 1_001)),
    status: 413,
  },
  {
    title: 'a thousand and one lines',
    sentences: [limits],
    headers: ndjson,
    body: () => lines(many('too many lines', 1_001)),
    status: 413,
  },
  {
    title: 'just under 5 MB',
    sentences: [limits],
    body: () => JSON.stringify(many('large', 1_000, { properties: { text: 'x'.repeat(4_850) } })),
    status: 202,
    accepted: 1_000,
  },
  {
    title: 'over 5 MB',
    sentences: [limits],
    body: () => JSON.stringify(many('huge', 100, { properties: { text: 'x'.repeat(53_000) } })),
    status: 413,
  },
  {
    title: 'no key',
    sentences: [answers],
    key: null,
    body: () => JSON.stringify(event('no key')),
    status: 401,
  },
  {
    title: 'a wrong key',
    sentences: [answers],
    key: 'sk_contract_examples_secret_012345678',
    body: () => JSON.stringify(event('wrong key')),
    status: 401,
  },
  {
    title: 'no JSON',
    sentences: [answers],
    body: () => '{"type": "click"',
    status: 400,
  },
  { title: 'nothing at all', sentences: [answers], body: () => '', status: 400 },
  { title: 'alive', sentences: [], path: '/health/live', method: 'GET', key: null, status: 200 },
  { title: 'ready', sentences: [], path: '/health/ready', method: 'GET', key: null, status: 200 },
  { title: 'metrics', sentences: [], path: '/metrics', method: 'GET', key: null, status: 200 },
  {
    title: 'the status without a key',
    sentences: [],
    path: '/v1/status',
    method: 'GET',
    key: null,
    status: 401,
  },
  { title: 'the status', sentences: [], path: '/v1/status', method: 'GET', status: 200 },
];

/** Sentences shown by requests.test.ts beyond those of the table. */
const shownByTests = [
  'the receipt says when more were cut.',
  'only once every accepted event is durable in the log: an accepted event is never lost.',
  'An event of a type that the key may not send is rejected.',
];
export const requestSentences = [...requests.flatMap((one) => one.sentences), ...shownByTests];
