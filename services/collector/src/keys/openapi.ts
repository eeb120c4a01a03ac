/** Keys and the audit in the OpenAPI document. */
const text = { type: 'string' };
const failure = (description: string) => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
});
const origins = {
  type: ['array', 'null'],
  items: text,
  description: 'Sites that may use a write key, `https://shop.example`; null: any.',
};
const key = {
  type: 'object',
  properties: {
    id: text,
    kind: { enum: ['secret', 'write'] },
    name: text,
    origins,
    created_at: { type: ['string', 'null'] },
    revoked_at: { type: ['string', 'null'] },
  },
};
const jsonOf = (description: string, schema: object) => ({
  description,
  content: { 'application/json': { schema } },
});
const bodyOf = (properties: object, required: readonly string[]) => ({
  required: true,
  content: { 'application/json': { schema: { type: 'object', required, properties } } },
});
const id = { name: 'id', in: 'path', required: true, schema: text };
const shared = { tags: ['operations'], security: [{ secretKey: [] }] };
const refusals = {
  401: failure('`unauthorized`'),
  503: failure('`keys_unavailable`, `audit_unavailable`: nothing was changed.'),
};

export const keyPaths = {
  '/v1/keys': {
    get: {
      ...shared,
      summary: 'All keys, without the keys themselves',
      responses: {
        200: jsonOf('Revoked ones included.', {
          type: 'object',
          properties: { keys: { type: 'array', items: key } },
        }),
        401: failure('`unauthorized`'),
      },
    },
    post: {
      ...shared,
      summary: 'Make a key',
      requestBody: bodyOf({ kind: key.properties.kind, name: text, origins }, ['kind']),
      responses: {
        201: jsonOf('Good at once; `key` is shown this once.', {
          type: 'object',
          properties: { ...key.properties, key: text },
        }),
        400: failure('`invalid_key`, `invalid_json`'),
        ...refusals,
      },
    },
  },
  '/v1/keys/{id}': {
    delete: {
      ...shared,
      summary: 'Revoke a key',
      parameters: [id],
      responses: {
        200: jsonOf('Refused from now on.', key),
        404: failure('`not_found`'),
        409: failure('`last_key`: the only secret key.'),
        ...refusals,
      },
    },
  },
  '/v1/keys/{id}/origins': {
    put: {
      ...shared,
      summary: 'The sites that may use a write key',
      parameters: [id],
      requestBody: bodyOf({ origins }, ['origins']),
      responses: {
        200: jsonOf('They hold from now on.', key),
        400: failure('`invalid_key`, `invalid_json`'),
        404: failure('`not_found`'),
        ...refusals,
      },
    },
  },
  '/v1/audit': {
    get: {
      ...shared,
      summary: 'Who did what, when',
      responses: {
        200: jsonOf('The newest thousand, newest first.', {
          type: 'object',
          properties: { entries: { type: 'array', items: { type: 'object' } } },
        }),
        401: failure('`unauthorized`'),
      },
    },
  },
};
