import type { JsonSchema } from '#admin-api/json-schema.ts';
import { usageDimensionNames } from '#contracts/usage-dimensions.ts';
import { docsFiles } from './docs-page.ts';
import { clientErrors, errorResponses } from './error-responses.ts';
import { JSON_MEDIA, jsonAnswer, type Operation, parameter, requestBody } from './operation.ts';
import { responseRows } from './response-rows.ts';

const text: JsonSchema = { type: 'string' };
const whole: JsonSchema = { type: 'integer', minimum: 0 };
const anything: JsonSchema = {};
const openObject: JsonSchema = { type: 'object' };
const day: JsonSchema = { type: 'string', format: 'date' };

const model: JsonSchema = {
  type: 'object',
  required: ['id', 'object', 'created', 'owned_by'],
  properties: { id: text, object: { const: 'model' }, created: whole, owned_by: text },
};

const usageSums: JsonSchema = {
  requests: whole,
  input_tokens: whole,
  cached_input_tokens: whole,
  cache_write_tokens: whole,
  output_tokens: whole,
  reasoning_tokens: whole,
  amount_usd: text,
  amount_nano_usd: text,
};

const usage: JsonSchema = {
  type: 'object',
  properties: {
    object: { const: 'usage' },
    from: day,
    to: day,
    totals: { type: 'object', properties: usageSums },
    data: { type: 'array', items: { type: 'object', properties: { day, model: text, ...usageSums } } },
    balance: openObject,
  },
};

const completionRequest: JsonSchema = {
  description: 'As of the OpenAI API. Fields that are not listed are passed on to the provider.',
  type: 'object',
  required: ['model', 'messages'],
  properties: {
    model: { ...text, description: 'A model that GET /v1/models lists.' },
    messages: {
      type: 'array',
      minItems: 1,
      items: { type: 'object', required: ['role'], properties: { role: text, content: anything } },
    },
    stream: { type: 'boolean' },
    stream_options: openObject,
    max_tokens: { type: 'integer', minimum: 1 },
    max_completion_tokens: { type: 'integer', minimum: 1 },
    n: { type: 'integer', minimum: 1 },
    temperature: { type: 'number' },
    tools: { type: 'array', items: openObject },
  },
};

export interface Row {
  readonly operation: string;
  readonly id: string;
  readonly summary: string;
  readonly tag: 'client API' | 'operation';
  readonly parameters?: readonly JsonSchema[];
  readonly body?: JsonSchema;
  readonly answer: JsonSchema;
}

const plainText = (description: string, media = 'text/plain'): JsonSchema => ({
  description,
  content: { [media]: { schema: text } },
});
const idempotencyKey = parameter(
  'Idempotency-Key',
  'header',
  { ...text, maxLength: 255 },
  'The same key with the same body is carried out and charged once.',
);

/** What does not follow from the description of administration. */
const rows: readonly Row[] = [
  {
    operation: 'POST /v1/chat/completions',
    id: 'create-chat-completion',
    summary: 'Answers a conversation, whole or as a stream',
    tag: 'client API',
    parameters: [idempotencyKey],
    body: completionRequest,
    answer: {
      description: 'The completion; with `stream` its chunks as server-sent events, ended by `data: [DONE]`.',
      content: { [JSON_MEDIA]: { schema: openObject }, 'text/event-stream': { schema: text } },
    },
  },
  {
    operation: 'GET /v1/models',
    id: 'list-models',
    summary: 'Lists the models that can be asked for',
    tag: 'client API',
    answer: jsonAnswer('The models', {
      type: 'object',
      properties: { object: { const: 'list' }, data: { type: 'array', items: model } },
    }),
  },
  {
    operation: 'GET /v1/models/{id}',
    id: 'get-model',
    summary: 'Shows a model',
    tag: 'client API',
    parameters: [parameter('id', 'path', text, 'May hold slashes.')],
    answer: jsonAnswer('The model', model),
  },
  ...responseRows,
  {
    operation: 'GET /v1/usage',
    id: 'get-usage',
    summary: "Shows what the key's user used and was charged, by day and model",
    tag: 'client API',
    parameters: [
      parameter('from', 'query', day, '29 days before `to` where it is left out.'),
      parameter('to', 'query', day, 'Today where it is left out.'),
      parameter('group_by', 'query', { enum: [...usageDimensionNames] }, 'Over all the days, the dearest first.'),
    ],
    answer: jsonAnswer('Usage, and the balance', usage),
  },
  ...(
    [
      ['/', 'get-pointer', 'Says where things are', jsonAnswer('Addresses', openObject)],
      ['/health', 'get-health', 'Says that the process lives', jsonAnswer('It does', openObject)],
      ['/health/ready', 'get-readiness', 'Says whether requests can be served', jsonAnswer('They can', openObject)],
      ['/health/stats', 'get-stats', 'Shows figures of every part', jsonAnswer('Figures', openObject)],
      ['/metrics', 'get-metrics', 'Shows metrics for Prometheus', plainText('Metrics')],
      ['/openapi.json', 'get-openapi', 'Shows this document', jsonAnswer('The document', openObject)],
    ] as const
  ).map(([path, id, summary, answer]): Row => ({ operation: `GET ${path}`, id, summary, tag: 'operation', answer })),
  ...docsFiles.map(
    ({ path, contentType }): Row => ({
      operation: `GET ${path}`,
      id: `get${path.replaceAll(/\W/g, '-')}`,
      summary: path === '/docs' ? 'Shows this document to people' : 'A file of the page at /docs',
      tag: 'operation',
      answer: plainText('The file', contentType.split(';')[0]),
    }),
  ),
];

/** The operations of the API that clients call, and of those who watch the gateway. */
export function clientOperations(): readonly Operation[] {
  return rows.map(({ operation, id, summary, tag, parameters, body, answer }) => {
    const [verb = '', path = ''] = operation.split(' ');
    const isForClients = tag === 'client API';
    return {
      verb: verb.toLowerCase(),
      path,
      document: {
        operationId: id,
        tags: [tag],
        summary,
        security: isForClients ? [{ apiKey: [] }] : [],
        ...(parameters === undefined ? {} : { parameters }),
        ...(body === undefined ? {} : { requestBody: requestBody(body) }),
        responses: { 200: answer, ...(isForClients ? errorResponses(clientErrors, 'error') : {}) },
      },
    };
  });
}
