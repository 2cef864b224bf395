import type { JsonSchema } from '#admin-api/json-schema.ts';
import type { Row } from './client-row.ts';
import { jsonAnswer, parameter } from './operation.ts';
import { arrayOf, flag, object, text, whole } from './schemas.ts';

const openAiModel = object({ id: text, object: { const: 'model' }, created: whole, owned_by: text }, [
  'id',
  'object',
  'created',
  'owned_by',
]);

const anthropicModel = object(
  { type: { const: 'model' }, id: text, display_name: text, created_at: { type: 'string', format: 'date-time' } },
  ['type', 'id', 'display_name', 'created_at'],
);

const textOrNull: JsonSchema = { type: ['string', 'null'] };

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
];
