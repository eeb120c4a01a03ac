/**
 * The OpenAPI 3.1 document: the event's schema is the one that validates (from @rosi/events), the
 * limits are the ones in force.
 */
import { eventSchema } from '@rosi/events';
import * as z from 'zod';
import { keyPaths } from './keys/openapi.js';
import { linkPaths } from './links/openapi.js';
import { exampleEvents } from './openapi-examples.js';
import type { CollectorLimits } from './options.js';
import {
  personsSchema,
  receiptSchema,
  rejectedSchema,
  settingsSchema,
  statusSchema,
} from './schemas.js';
import { trackerPaths } from './trackers/openapi.js';

/** Parts of the document; the published typings do not work with exactOptionalPropertyTypes. */
type Part = { readonly [key: string]: unknown };

export function openApiDocument(limits: CollectorLimits) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'ROSI HTTP API',
      version: '1',
      description:
        'Send what people do with your posts, ads, links and shop; read how the pipeline is. ' +
        'Errors are always `{"error": {"code", "message"}}`.',
    },
    tags: [
      { name: 'events', description: 'What producers send.' },
      { name: 'pipeline', description: 'What became of it.' },
      { name: 'operations', description: 'For probes and monitoring; no key needed.' },
    ],
    components: {
      securitySchemes: {
        secretKey: { type: 'http', scheme: 'bearer', description: 'The secret key: servers only.' },
        writeKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'The write key: public, for pixels; can only send events.',
        },
      },
      schemas: {
        Event: jsonSchema(eventSchema),
        Answer: jsonSchema(rejectedSchema),
        Status: jsonSchema(statusSchema),
        Receipt: jsonSchema(receiptSchema),
        Settings: jsonSchema(settingsSchema),
        Persons: jsonSchema(personsSchema),
        Error: {
          type: 'object',
          required: ['error'],
          properties: {
            error: {
              type: 'object',
              required: ['code', 'message'],
              properties: { code: { type: 'string' }, message: { type: 'string' } },
            },
          },
        },
      },
    },
    paths: {
      '/v1/events': { post: eventsOperation(limits) },
      '/v1/status': { get: statusOperation },
      '/v1/orders/{order_id}/receipt': { get: receiptOperation },
      '/v1/settings': { get: showSettings, put: changeSettings },
      '/v1/recompute': { post: command('Evaluate every order again', 'Taken.') },
      '/v1/replay': { post: command("Fill ClickHouse's tables again", 'Taken.') },
      '/v1/persons/erase': { post: personOperation('Erase persons', 202, 'Taken.') },
      '/v1/persons/export': { post: personOperation('All that is held of persons', 200, 'It.') },
      '/hooks/{source}/{endpoint_id}': { post: webhookOperation },
      ...trackerPaths,
      ...linkPaths,
      ...keyPaths,
      '/health/live': { get: plain('Is the process alive?', { 200: text('It is.') }) },
      '/health/ready': {
        get: plain('Is every part up?', {
          200: text('All parts are up.'),
          503: text('At least one part is not; the body names them.'),
        }),
      },
      '/metrics': { get: plain('Prometheus metrics', { 200: text('Prometheus text.') }) },
      '/rosi.js': { get: plain('The pixel: a script for pages', { 200: text('The script.') }) },
      '/rosi.gif': { get: imageOperation },
    },
  };
}

/** Producers read it: what they may send, so defaults do not make a field required. */
function jsonSchema(schema: z.ZodType): Part {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const text = (description: string): Part => ({ description });

const json = (description: string, name: string): Part => ({
  description,
  content: { 'application/json': { schema: reference(name) } },
});

const retryAfter: Part = {
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } },
};

const failure = (description: string) => json(description, 'Error');
const failureForNow = (description: string): Part => ({
  ...failure(description),
  headers: retryAfter,
});

function plain(summary: string, responses: Part): Part {
  return { tags: ['operations'], summary, security: [], responses };
}

function eventsOperation(limits: CollectorLimits): Part {
  const { eventsMax, bodyBytesMax } = limits;
  return {
    tags: ['events'],
    summary: 'Send events',
    description:
      `One JSON object, an array, or NDJSON (a line an event): at most ${eventsMax} events and ` +
      `${bodyBytesMax} bytes a request, also when decompressed (Content-Encoding gzip, deflate, ` +
      'br). The answer comes once every accepted event is on disk. State an `event_id`, and ' +
      'sending again is always safe: copies count once.',
    security: [{ secretKey: [] }, { writeKey: [] }],
    parameters: [
      {
        name: 'X-Rosi-Source',
        in: 'header',
        description: 'With the secret key: `import` marks events as imported.',
        schema: { type: 'string', enum: ['import'] },
      },
      {
        name: 'write_key',
        in: 'query',
        description: 'The write key, for beacons, which can not set headers.',
        schema: { type: 'string' },
      },
    ],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: { oneOf: [reference('Event'), { type: 'array', items: reference('Event') }] },
          examples: exampleEvents,
        },
        'application/x-ndjson': { schema: { type: 'string' } },
        'text/plain': { schema: { type: 'string', description: 'JSON, as beacons send it.' } },
      },
    },
    responses: {
      202: json('Durable, but for what is listed as rejected.', 'Answer'),
      400: failure('`invalid_json`, `invalid_encoding`, `bad_request`: nothing was accepted.'),
      401: failure('`unauthorized`: no key, or a wrong one.'),
      408: failure('`request_timeout`: it did not arrive whole in time.'),
      413: failure('`payload_too_large`, `too_many_events`: nothing was accepted.'),
      415: failure('`unsupported_media_type`'),
      429: failureForNow('`rate_limited`'),
      431: failure('`headers_too_large`'),
      503: failureForNow('`log_unavailable`, `overloaded`, `stopping`: send it again.'),
    },
  };
}

const statusOperation: Part = {
  tags: ['pipeline'],
  summary: 'How far the pipeline is',
  security: [{ secretKey: [] }],
  responses: {
    200: json('The status.', 'Status'),
    401: failure('`unauthorized`'),
    503: failureForNow('`status_unavailable`'),
  },
};

const receiptOperation: Part = {
  tags: ['pipeline'],
  summary: "An order's receipt",
  description:
    'Every touchpoint seen for the order, credited or refused, with the reason, per model.',
  security: [{ secretKey: [] }],
  parameters: [{ name: 'order_id', in: 'path', required: true, schema: { type: 'string' } }],
  responses: {
    200: json('The receipt.', 'Receipt'),
    401: failure('`unauthorized`'),
    404: failure('`not_found`'),
  },
};

const showSettings: Part = {
  tags: ['pipeline'],
  summary: 'The attribution settings that hold',
  security: [{ secretKey: [] }],
  responses: { 200: json('All of them.', 'Settings'), 401: failure('`unauthorized`') },
};

const changeSettings: Part = {
  tags: ['pipeline'],
  summary: 'Change the attribution settings',
  description: 'What is absent has its default. Every order is evaluated again.',
  security: [{ secretKey: [] }],
  requestBody: bodyOf('Settings'),
  responses: {
    202: json('What holds from now on.', 'Settings'),
    400: failure('`invalid_settings`, `invalid_json`'),
    401: failure('`unauthorized`'),
    503: failureForNow('`log_unavailable`'),
  },
};

const parameter = (name: string, description: string): Part => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
});

const webhookOperation: Part = {
  tags: ['events'],
  summary: 'Deliver a webhook',
  description:
    "For shops, payment providers and others: signed by the provider's own scheme with the " +
    'secret of the endpoint. docs/webhooks.md says what becomes of which topic.',
  security: [],
  parameters: [
    parameter('source', 'shopify, stripe, woocommerce, meta, standard or json.'),
    parameter('endpoint_id', 'As configured.'),
  ],
  responses: {
    200: text('Everything that counts is durable; the body says what was rejected or ignored.'),
    400: failure('`invalid_json`, `invalid_webhook`, `bad_request`'),
    401: failure('`signature_missing`, `signature_wrong`, `signature_expired`'),
    404: failure('`not_found`: no such endpoint.'),
    413: failure('`payload_too_large`, `too_many_events`'),
    415: failure('`unsupported_media_type`: it is compressed.'),
    429: failureForNow('`rate_limited`'),
    503: failureForNow('`log_unavailable`, `overloaded`, `stopping`: send it again.'),
  },
};

const imageOperation: Part = {
  tags: ['events'],
  summary: 'Count a page, or an order, without a script',
  description:
    'An image for `<noscript>`: it always comes, and `x-rosi-error` says what was wrong. Nobody is ' +
    'recognised. docs/connect/pixel.md says how to use it.',
  security: [],
  parameters: ['write_key', 'order_id', 'total', 'currency'].map((name) => ({
    name,
    in: 'query',
    required: name === 'write_key',
    schema: { type: 'string' },
  })),
  responses: {
    200: text('Counted.'),
    400: text('The order is not usable.'),
    401: text('No write key, or a wrong one.'),
    429: text('Too much with this key.'),
    503: text('Not counted: the log takes nothing.'),
  },
};

function bodyOf(name: string): Part {
  return { required: true, content: { 'application/json': { schema: reference(name) } } };
}

function command(summary: string, done: string): Part {
  return {
    tags: ['pipeline'],
    summary,
    security: [{ secretKey: [] }],
    responses: {
      202: text(done),
      401: failure('`unauthorized`'),
      503: failureForNow('`log_unavailable`'),
    },
  };
}

function personOperation(summary: string, status: 200 | 202, done: string): Part {
  return {
    tags: ['pipeline'],
    summary,
    security: [{ secretKey: [] }],
    requestBody: bodyOf('Persons'),
    responses: {
      [status]: text(done),
      400: failure('`invalid_identifiers`, `invalid_json`'),
      401: failure('`unauthorized`'),
      503: failureForNow('`log_unavailable`'),
    },
  };
}
