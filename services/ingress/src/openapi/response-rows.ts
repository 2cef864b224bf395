import type { JsonSchema } from '#admin-api/json-schema.ts';
import type { Row } from './client-row.ts';
import { jsonAnswer, parameter } from './operation.ts';

const text: JsonSchema = { type: 'string' };
const response: JsonSchema = { type: 'object', required: ['id', 'object', 'status', 'output'] };
const id = parameter('id', 'path', text, 'Of a response that was kept for the user of the key.');

/** Responses that the gateway keeps for those who asked for them. */
export const responseRows: readonly Row[] = [
  {
    operation: 'GET /v1/responses/{id}',
    id: 'get-response',
    summary: 'Shows a response that was kept, or how far one in the background has come',
    tag: 'client API',
    parameters: [
      id,
      parameter(
        'stream',
        'query',
        { type: 'boolean', default: false },
        'Its events as they come; of a response that was asked for with `background` and `stream`.',
      ),
      parameter(
        'starting_after',
        'query',
        { type: 'integer', minimum: 0 },
        'The sequence number of the last event that the client has.',
      ),
    ],
    answer: jsonAnswer('The response', response),
  },
  {
    operation: 'DELETE /v1/responses/{id}',
    id: 'delete-response',
    summary: 'Deletes a response that was kept',
    tag: 'client API',
    parameters: [id],
    answer: jsonAnswer('It is deleted', {
      type: 'object',
      properties: { id: text, object: { const: 'response' }, deleted: { const: true } },
    }),
  },
  {
    operation: 'POST /v1/responses/{id}/cancel',
    id: 'cancel-response',
    summary: 'Cancels a response in the background; one that has ended is shown as it is',
    tag: 'client API',
    parameters: [id],
    answer: jsonAnswer('The response', response),
  },
  {
    operation: 'GET /v1/responses/{id}/input_items',
    id: 'list-response-input-items',
    summary: 'Lists what a response was asked with',
    tag: 'client API',
    parameters: [
      id,
      parameter('after', 'query', text, 'The id of the item before the first one.'),
      parameter('limit', 'query', { type: 'integer', minimum: 1, maximum: 100, default: 20 }, 'Items a page.'),
      parameter('order', 'query', { enum: ['asc', 'desc'], default: 'desc' }, 'Newest first by default.'),
    ],
    answer: jsonAnswer('The items', {
      type: 'object',
      properties: {
        object: { const: 'list' },
        data: { type: 'array', items: { type: 'object' } },
        has_more: { type: 'boolean' },
      },
    }),
  },
];
