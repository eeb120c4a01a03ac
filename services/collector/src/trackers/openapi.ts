/** Other trackers' languages in the OpenAPI document. */
const failure = (description: string) => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
});
const refusals = {
  401: failure('`unauthorized`: no key of the workspace.'),
  403: failure('`origin_not_allowed`: the write key is not for this site.'),
  429: failure('`rate_limited`'),
  503: failure('`log_unavailable`, `overloaded`, `stopping`: send it again.'),
};
const object = { type: 'object' };
const jsonBody = {
  required: true,
  content: { 'application/json': { schema: object } },
};

const segmentKinds = ['track', 'identify', 'page', 'screen', 'alias', 'group', 'batch'];

const segmentOperation = (kind: string) => ({
  tags: ['events'],
  summary: `Segment: ${kind}`,
  description:
    "As Segment's libraries send it, the key as the user of Basic authentication or `writeKey` in " +
    'the body. docs/connect/segment.md says what becomes of what.',
  security: [],
  requestBody: jsonBody,
  responses: {
    200: {
      description: 'Everything accepted is durable; the body says what was rejected or ignored.',
      content: { 'application/json': { schema: object } },
    },
    400: failure('`invalid_json`'),
    413: failure('`payload_too_large`, `too_many_events`'),
    ...refusals,
  },
});

const snowplow = {
  tags: ['events'],
  description:
    "As Snowplow's trackers send it, the write key as application id (`aid`). " +
    'docs/connect/snowplow.md says what becomes of what.',
  security: [],
};

export const trackerPaths = {
  ...Object.fromEntries(
    segmentKinds.map((kind) => [`/v1/${kind}`, { post: segmentOperation(kind) }]),
  ),
  '/com.snowplowanalytics.snowplow/tp2': {
    post: {
      ...snowplow,
      summary: 'Snowplow: events',
      requestBody: jsonBody,
      responses: {
        200: { description: 'Everything accepted is durable.' },
        400: failure('What trying again does not mend, `payload_too_large` for instance.'),
        ...refusals,
      },
    },
  },
  '/i': {
    get: {
      ...snowplow,
      summary: 'Snowplow: one event, as a pixel',
      responses: { 200: { description: 'A transparent GIF.' }, ...refusals },
    },
  },
};
