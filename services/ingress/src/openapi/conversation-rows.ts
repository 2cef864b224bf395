import type { JsonSchema } from '#admin-api/json-schema.ts';
import type { Row } from './client-row.ts';
import { jsonAnswer, parameter } from './operation.ts';

const text: JsonSchema = { type: 'string' };
const conversationId = parameter('id', 'path', text, 'Of a conversation of the user of the key.');
const itemId = parameter('item_id', 'path', text, 'Of an item of the conversation.');
const metadata: JsonSchema = { type: 'object', additionalProperties: text, maxProperties: 16 };
const items: JsonSchema = { type: 'array', items: { type: 'object' }, maxItems: 20 };
const conversation: JsonSchema = {
  type: 'object',
  required: ['id', 'object', 'created_at', 'metadata'],
  properties: { id: text, object: { const: 'conversation' }, created_at: { type: 'integer' }, metadata },
};
const itemList: JsonSchema = {
  type: 'object',
  properties: {
    object: { const: 'list' },
    data: { type: 'array', items: { type: 'object' } },
    has_more: { type: 'boolean' },
  },
};
const pageParameters = [
  parameter('after', 'query', text, 'The id of the item before the first one.'),
  parameter('limit', 'query', { type: 'integer', minimum: 1, maximum: 100, default: 20 }, 'Items a page.'),
  parameter('order', 'query', { enum: ['asc', 'desc'], default: 'desc' }, 'Newest first by default.'),
];

/** Conversations that the gateway keeps for those who began them. */
export const conversationRows: readonly Row[] = [
  {
    operation: 'POST /v1/conversations',
    id: 'create-conversation',
    summary: 'Begins a conversation that /v1/responses goes on from',
    tag: 'client API',
    body: { type: 'object', properties: { items, metadata } },
    answer: jsonAnswer('The conversation', conversation),
  },
  {
    operation: 'GET /v1/conversations/{id}',
    id: 'get-conversation',
    summary: 'Shows a conversation without its items',
    tag: 'client API',
    parameters: [conversationId],
    answer: jsonAnswer('The conversation', conversation),
  },
  {
    operation: 'POST /v1/conversations/{id}',
    id: 'update-conversation',
    summary: 'Gives a conversation other metadata',
    tag: 'client API',
    parameters: [conversationId],
    body: { type: 'object', required: ['metadata'], properties: { metadata } },
    answer: jsonAnswer('The conversation', conversation),
  },
  {
    operation: 'DELETE /v1/conversations/{id}',
    id: 'delete-conversation',
    summary: 'Deletes a conversation and its items',
    tag: 'client API',
    parameters: [conversationId],
    answer: jsonAnswer('It is deleted', {
      type: 'object',
      properties: { id: text, object: { const: 'conversation.deleted' }, deleted: { const: true } },
    }),
  },
  {
    operation: 'GET /v1/conversations/{id}/items',
    id: 'list-conversation-items',
    summary: 'Lists the items of a conversation',
    tag: 'client API',
    parameters: [conversationId, ...pageParameters],
    answer: jsonAnswer('The items', itemList),
  },
  {
    operation: 'POST /v1/conversations/{id}/items',
    id: 'create-conversation-items',
    summary: 'Adds items to a conversation',
    tag: 'client API',
    parameters: [conversationId],
    body: { type: 'object', required: ['items'], properties: { items } },
    answer: jsonAnswer('The items', itemList),
  },
  {
    operation: 'GET /v1/conversations/{id}/items/{item_id}',
    id: 'get-conversation-item',
    summary: 'Shows an item of a conversation',
    tag: 'client API',
    parameters: [conversationId, itemId],
    answer: jsonAnswer('The item', { type: 'object' }),
  },
  {
    operation: 'DELETE /v1/conversations/{id}/items/{item_id}',
    id: 'delete-conversation-item',
    summary: 'Deletes an item of a conversation',
    tag: 'client API',
    parameters: [conversationId, itemId],
    answer: jsonAnswer('The conversation', conversation),
  },
];
