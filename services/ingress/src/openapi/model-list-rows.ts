import type { JsonSchema } from '#admin-api/json-schema.ts';
import type { Row } from './client-row.ts';
import { jsonAnswer, parameter } from './operation.ts';
import { arrayOf, flag, object, text, whole } from './schemas.ts';

const time: JsonSchema = { type: 'string', format: 'date-time' };
const timeOrNull: JsonSchema = { type: ['string', 'null'], format: 'date-time' };
const wholeOrNull: JsonSchema = { type: ['integer', 'null'] };
const textOrNull: JsonSchema = { type: ['string', 'null'] };

/** What is not known of a model is left out. */
const openAiModel = object(
  {
    id: text,
    object: { const: 'model' },
    created: whole,
    owned_by: text,
    context_window: whole,
    max_output_tokens: whole,
    input_modalities: arrayOf(text),
    output_modalities: arrayOf(text),
    capabilities: arrayOf(text),
    deprecated_at: time,
    retires_at: time,
    shutdown_date: { type: 'string', format: 'date' },
    successor: text,
  },
  ['id', 'object', 'created', 'owned_by'],
);

const anthropicModel = object(
  {
    type: { const: 'model' },
    id: text,
    display_name: text,
    created_at: time,
    lifecycle: { enum: ['active', 'deprecated'] },
    deprecated_at: timeOrNull,
    retires_at: timeOrNull,
    max_input_tokens: wholeOrNull,
    max_tokens: wholeOrNull,
    successor: text,
  },
  ['type', 'id', 'display_name', 'created_at', 'lifecycle', 'deprecated_at', 'retires_at'],
);

const geminiModel = object(
  {
    name: text,
    baseModelId: text,
    displayName: text,
    inputTokenLimit: whole,
    outputTokenLimit: whole,
    supportedGenerationMethods: arrayOf(text),
    thinking: flag,
  },
  ['name', 'supportedGenerationMethods'],
);

const version = parameter(
  'anthropic-version',
  'header',
  text,
  "Where a client says a version of the Anthropic API, the answer is in that API's form.",
);

/** The models that can be asked for. */
export const modelListRows: readonly Row[] = [
  {
    operation: 'GET /v1/models',
    id: 'list-models',
    summary: 'Lists the models that can be asked for',
    tag: 'client API',
    parameters: [
      version,
      parameter(
        'limit',
        'query',
        { type: 'integer', minimum: 1, maximum: 1000, default: 20 },
        'Anthropic clients alone.',
      ),
      parameter('after_id', 'query', text, 'The model before the first of the page. Anthropic clients alone.'),
      parameter('before_id', 'query', text, 'The model after the last of the page. Anthropic clients alone.'),
      parameter(
        'lifecycle[]',
        'query',
        arrayOf({ enum: ['active', 'deprecated', 'retired'] }),
        'Only models in these stages of life. Anthropic clients alone.',
      ),
      parameter('client_version', 'query', text, 'Sent by Codex, which gets the list it reads as well.'),
    ],
    answer: jsonAnswer('The models', {
      oneOf: [
        object({ object: { const: 'list' }, data: arrayOf(openAiModel), models: arrayOf({}) }, ['object', 'data']),
        object({ data: arrayOf(anthropicModel), has_more: flag, first_id: textOrNull, last_id: textOrNull }, [
          'data',
          'has_more',
          'first_id',
          'last_id',
        ]),
      ],
    }),
  },
  {
    operation: 'GET /v1/models/{id}',
    id: 'get-model',
    summary: 'Shows a model',
    tag: 'client API',
    parameters: [parameter('id', 'path', text, 'May hold slashes.'), version],
    answer: jsonAnswer('The model', { oneOf: [openAiModel, anthropicModel] }),
  },
  {
    operation: 'GET /v1beta/models',
    id: 'list-gemini-models',
    summary: "Lists the models that can be asked for, in the form of Google's Gemini API",
    tag: 'client API',
    parameters: [
      parameter('pageSize', 'query', { type: 'integer', minimum: 1, maximum: 1000, default: 50 }),
      parameter('pageToken', 'query', text, 'As the page before has it.'),
    ],
    answer: jsonAnswer('The models', object({ models: arrayOf(geminiModel), nextPageToken: text }, ['models'])),
  },
  {
    operation: 'GET /v1beta/models/{id}',
    id: 'get-gemini-model',
    summary: "Shows a model that can be asked for, in the form of Google's Gemini API",
    tag: 'client API',
    parameters: [parameter('id', 'path', text)],
    answer: jsonAnswer('The model', geminiModel),
  },
];
