import type { JsonSchema } from '#admin-api/json-schema.ts';
import type { FrontFormatName } from '#ai/format.ts';
import { modelEndpoints } from '../endpoints/model-endpoints.ts';
import { gatewayHeaders } from '../http/gateway-headers.ts';
import { geminiModelsPaths } from '../http/gemini-url.ts';
import {
  compactAnswer,
  compactRequest,
  countMessagesRequest,
  countResponsesRequest,
  messagesAnswer,
  messagesRequest,
  responsesAnswer,
  responsesRequest,
} from './agent-schemas.ts';
import {
  chatAnswer,
  chatRequest,
  completionsAnswer,
  completionsRequest,
  embeddingsAnswer,
  embeddingsRequest,
} from './chat-schemas.ts';
import type { Row } from './client-row.ts';
import {
  countGeminiRequest,
  geminiAnswer,
  geminiBatchEmbedAnswer,
  geminiBatchEmbedRequest,
  geminiEmbedAnswer,
  geminiEmbedRequest,
  geminiRequest,
} from './gemini-schemas.ts';
import { JSON_MEDIA, jsonAnswer, parameter } from './operation.ts';
import { routingParameters } from './routing-parameters.ts';
import { object, text, whole } from './schemas.ts';

interface FormatDocument {
  readonly id: string;
  readonly summary: string;
  readonly request: JsonSchema;
  readonly answer: JsonSchema;
  /** What a stream's events are; null: there is none. */
  readonly stream: string | null;
}

const documents: Readonly<Record<FrontFormatName, FormatDocument>> = {
  'openai-chat': {
    id: 'create-chat-completion',
    summary: 'Answers a conversation, whole or as a stream',
    request: chatRequest,
    answer: chatAnswer,
    stream: 'its chunks, ended by `data: [DONE]`',
  },
  'openai-completions': {
    id: 'create-completion',
    summary: 'Goes on with a text, whole or as a stream',
    request: completionsRequest,
    answer: completionsAnswer,
    stream: 'its chunks, ended by `data: [DONE]`',
  },
  'openai-embeddings': {
    id: 'create-embedding',
    summary: 'Gives the vectors of texts',
    request: embeddingsRequest,
    answer: embeddingsAnswer,
    stream: null,
  },
  'openai-responses': {
    id: 'create-response',
    summary: 'Answers in items, whole or as a stream; with a WebSocket on the same path (GET), turn by turn',
    request: responsesRequest,
    answer: responsesAnswer,
    stream: 'its events, the last of which has the whole response',
  },
  'openai-compact': {
    id: 'compact-response',
    summary: 'Makes a conversation shorter, to be gone on from',
    request: compactRequest,
    answer: compactAnswer,
    stream: null,
  },
  'anthropic-messages': {
    id: 'create-message',
    summary: 'Answers a conversation in the form of the Anthropic API, whole or as a stream',
    request: messagesRequest,
    answer: messagesAnswer,
    stream: 'its events, ended by `message_stop`',
  },
  'gemini-generate': {
    id: 'generate-content',
    summary: "Answers a conversation in the form of Google's Gemini API",
    request: geminiRequest,
    answer: geminiAnswer,
    stream: null,
  },
  'gemini-embeddings': {
    id: 'embed-content',
    summary: "Gives the vector of a text in the form of Google's Gemini API",
    request: geminiEmbedRequest,
    answer: geminiEmbedAnswer,
    stream: null,
  },
};

const idempotencyKey = parameter(
  'Idempotency-Key',
  'header',
  { ...text, maxLength: 255 },
  'The same key with the same body is carried out and charged once.',
);
const unplacedFields = parameter(
  'x-gateway-unplaced-fields',
  'header',
  { enum: ['drop', 'refuse'] },
  'What becomes of fields that have no place at a provider of another API; else the settings say so.',
);
const usageCost = parameter(
  'x-gateway-usage-cost',
  'header',
  { enum: ['true', 'false'] },
  'Whether the usage tells the cost.',
);

const header = (description: string) => ({ description, schema: text });
const answerHeaders: JsonSchema = {
  'x-request-id': header('Names the request in the log and on the bill.'),
  [gatewayHeaders.provider]: header('Who gave the answer.'),
  [gatewayHeaders.attempts]: header('How many calls to providers were made by then.'),
  [gatewayHeaders.route]: header('The route of policy that fitted, where one did.'),
  [gatewayHeaders.cost]: header('In exact decimal USD; not with streams.'),
  [gatewayHeaders.dropped]: header('Fields that had no place at the provider and were left out.'),
  deprecation: header('Since when the model should not be used any more (RFC 9745).'),
  sunset: header('When the model ends (RFC 8594).'),
  [gatewayHeaders.modelSuccessor]: header('What to use in place of a model that ends.'),
  [gatewayHeaders.outputTokensMax]: header('The output bound of each choice.'),
};

const requestParameters = [idempotencyKey, unplacedFields, usageCost, ...routingParameters];

/** The endpoints at which a model is asked for something. */
export const modelRows: readonly Row[] = modelEndpoints.map(({ path, format }) => {
  const { id, summary, request, answer, stream } = documents[format.name];
  const description =
    stream === null ? 'The answer.' : `The answer; with \`stream\`, as server-sent events: ${stream}.`;
  const whole = { [JSON_MEDIA]: { schema: answer } };
  const content = stream === null ? whole : { ...whole, 'text/event-stream': { schema: text } };
  return {
    operation: `POST ${path}`,
    id,
    summary,
    tag: 'client API',
    parameters: requestParameters,
    body: request,
    answer: { description, headers: answerHeaders, content },
  };
});

const modelInPath = parameter('model', 'path', text, 'A model that GET /v1/models lists.');
const alt = parameter('alt', 'query', { const: 'sse' }, 'A stream is given as server-sent events.');

/** The same in the form of Google's API, where the URL names the model; of its stable version and of the beta. */
export const geminiRows: readonly Row[] = geminiModelsPaths.flatMap((path): readonly Row[] => {
  const isBeta = path.startsWith('/v1beta/');
  const idOf = (id: string): string => (isBeta ? `${id}-beta` : id);
  const { id, summary } = documents['gemini-generate'];
  return [
    {
      operation: `POST ${path}/{model}:generateContent`,
      id: idOf(id),
      summary,
      tag: 'client API',
      parameters: [modelInPath, ...requestParameters],
      body: geminiRequest,
      answer: {
        description: 'The answer.',
        headers: answerHeaders,
        content: { [JSON_MEDIA]: { schema: geminiAnswer } },
      },
    },
    {
      operation: `POST ${path}/{model}:streamGenerateContent`,
      id: idOf('stream-generate-content'),
      summary: `${summary}, as a stream`,
      tag: 'client API',
      parameters: [modelInPath, { ...alt, required: true }, ...requestParameters],
      body: geminiRequest,
      answer: {
        description: 'The answer as server-sent events, the last of which says why it stopped and what was used.',
        headers: answerHeaders,
        content: { 'text/event-stream': { schema: text } },
      },
    },
    ...embedRows(path, idOf),
    {
      operation: `POST ${path}/{model}:countTokens`,
      id: idOf('count-gemini-tokens'),
      summary: "Counts the tokens of a prompt in the form of Google's Gemini API, for nothing",
      tag: 'client API',
      parameters: [modelInPath],
      body: countGeminiRequest,
      answer: jsonAnswer(
        'The count; `x-gateway-estimated: true` where no provider counted',
        object({ totalTokens: whole }),
      ),
    },
  ];
});

/** Vectors of one text, and of several. */
function embedRows(path: string, idOf: (id: string) => string): readonly Row[] {
  const { id, summary, request, answer } = documents['gemini-embeddings'];
  const row = (call: string, more: Pick<Row, 'id' | 'summary' | 'body'>, schema: JsonSchema): Row => ({
    operation: `POST ${path}/{model}:${call}`,
    tag: 'client API',
    parameters: [modelInPath, ...requestParameters],
    ...more,
    answer: { description: 'The answer.', headers: answerHeaders, content: { [JSON_MEDIA]: { schema } } },
  });
  const batch = {
    id: idOf('batch-embed-contents'),
    summary: "Gives the vectors of up to 100 texts in the form of Google's Gemini API",
    body: geminiBatchEmbedRequest,
  };
  return [
    row('embedContent', { id: idOf(id), summary, body: request }, answer),
    row('batchEmbedContents', batch, geminiBatchEmbedAnswer),
  ];
}

const inputTokens = { input_tokens: whole };

/** Where prompts are counted. */
export const countRows: readonly Row[] = [
  {
    operation: 'POST /v1/messages/count_tokens',
    id: 'count-message-tokens',
    summary: 'Counts the tokens of a prompt of /v1/messages, for nothing',
    tag: 'client API',
    body: countMessagesRequest,
    answer: jsonAnswer('The count; `x-gateway-estimated: true` where no provider counted', object(inputTokens)),
  },
  {
    operation: 'POST /v1/responses/input_tokens',
    id: 'count-response-tokens',
    summary: 'Counts the tokens of a prompt of /v1/responses, for nothing',
    tag: 'client API',
    body: countResponsesRequest,
    answer: jsonAnswer(
      'The count; `x-gateway-estimated: true` where no provider counted',
      object({ object: { const: 'response.input_tokens' }, ...inputTokens }),
    ),
  },
];
