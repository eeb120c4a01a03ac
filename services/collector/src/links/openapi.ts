/** Tracked links in the OpenAPI document. */
import { linkOwners } from './new-links.js';

const text = { type: 'string' };
const failure = (description: string) => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
});
const linkId = { name: 'link_id', in: 'path', required: true, schema: text };

const owners = Object.fromEntries(linkOwners.map((owner) => [owner, text]));
const newLink = {
  type: 'object',
  required: ['url'],
  properties: {
    url: { ...text, description: 'Where it leads: a whole http or https address.' },
    link_id: { ...text, description: 'Last part of its address; made when absent.' },
    ...owners,
  },
};
const link = {
  type: 'object',
  required: ['link_id', 'url', 'short_url'],
  properties: { ...newLink.properties, short_url: text },
};
const jsonOf = (description: string, properties: object) => ({
  description,
  content: { 'application/json': { schema: { type: 'object', properties } } },
});
const links = { type: 'array', items: link };

export const linkPaths = {
  '/v1/links': {
    post: {
      tags: ['events'],
      summary: 'Make tracked links',
      description:
        'One, or an array of up to 1,000. With the `link_id` of one that is there: moves it.',
      security: [{ secretKey: [] }],
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: { oneOf: [newLink, { type: 'array', items: newLink }] } },
        },
      },
      responses: {
        201: jsonOf('Durable, but for what is listed as rejected.', {
          links,
          rejected: { type: 'array', items: { type: 'object' } },
        }),
        400: failure('`invalid_link`, `invalid_json`'),
        401: failure('`unauthorized`'),
        503: failure('`log_unavailable`'),
      },
    },
    get: {
      tags: ['events'],
      summary: 'List tracked links',
      security: [{ secretKey: [] }],
      parameters: [
        {
          name: 'after',
          in: 'query',
          description: '`next_after` of the page before.',
          schema: text,
        },
      ],
      responses: {
        200: jsonOf('By id, 1,000 a page.', { links, next_after: { type: ['string', 'null'] } }),
        401: failure('`unauthorized`'),
        503: failure('`status_unavailable`'),
      },
    },
  },
  '/v1/links/{link_id}/qr': {
    get: {
      tags: ['events'],
      summary: "A link's address as QR code",
      security: [{ secretKey: [] }],
      parameters: [linkId],
      responses: {
        200: { description: 'SVG.', content: { 'image/svg+xml': { schema: text } } },
        401: failure('`unauthorized`'),
        404: failure('`not_found`: no such link.'),
        503: failure('`status_unavailable`'),
      },
    },
  },
  '/l/{link_id}': {
    get: {
      tags: ['events'],
      summary: 'Follow a tracked link',
      description: 'Parameters are passed on; `rosi_click` joins the page with the click.',
      security: [],
      parameters: [linkId],
      responses: {
        302: { description: 'To its destination.' },
        404: { description: 'A page: there is no such link.' },
        503: { description: 'A page that tries again: it can not be told now.' },
      },
    },
  },
};
