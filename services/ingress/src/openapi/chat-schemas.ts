import type { JsonSchema } from '#admin-api/json-schema.ts';
import { arrayOf, count, flag, number, object, openObject, text, whole } from './schemas.ts';

const openAiContent: JsonSchema = {
  description: 'Text, or parts: `text`, `image_url`, `input_audio`, `file`, `refusal`.',
  oneOf: [text, arrayOf(object({ type: text }, ['type'])), { type: 'null' }],
};

const openAiMessage = object(
  {
    role: { enum: ['developer', 'system', 'user', 'assistant', 'tool', 'function'] },
    content: openAiContent,
    name: text,
    tool_calls: arrayOf(openObject),
    tool_call_id: text,
  },
  ['role'],
);

const openAiTool = object({ type: { enum: ['function', 'custom'] }, function: openObject, custom: openObject }, [
  'type',
]);

const modelField: JsonSchema = { ...text, description: 'A model that GET /v1/models lists.' };
const outputBound = (description: string): JsonSchema => ({ ...count, description });

/** What clients of OpenAI's chat send. */
export const chatRequest: JsonSchema = {
  description: 'As of the OpenAI API. Fields that are not listed are passed on to a provider of the same API.',
  ...object(
    {
      model: modelField,
      messages: { ...arrayOf(openAiMessage), minItems: 1 },
      stream: flag,
      stream_options: object({ include_usage: flag }),
      max_completion_tokens: outputBound('The most tokens of one choice, thoughts included.'),
      max_tokens: outputBound('The older name of `max_completion_tokens`.'),
      n: { ...count, maximum: 128, description: 'Choices.' },
      temperature: number,
      top_p: number,
      stop: { oneOf: [text, arrayOf(text)] },
      seed: { type: 'integer' },
      tools: arrayOf(openAiTool),
      tool_choice: { oneOf: [{ enum: ['none', 'auto', 'required'] }, openObject] },
      parallel_tool_calls: flag,
      response_format: object({ type: { enum: ['text', 'json_object', 'json_schema'] }, json_schema: openObject }, [
        'type',
      ]),
      reasoning_effort: text,
      metadata: openObject,
      user: text,
      usage: object({ include: { ...flag, description: 'Whether the usage tells the cost.' } }),
    },
    ['model', 'messages'],
  ),
};

const openAiUsage = object({
  prompt_tokens: whole,
  completion_tokens: whole,
  total_tokens: whole,
  prompt_tokens_details: object({ cached_tokens: whole }),
  completion_tokens_details: object({ reasoning_tokens: whole }),
  cost: { ...number, description: 'In USD, where it was asked for.' },
});

const envelope = { id: text, object: text, created: whole, model: text };

/** What they get. */
export const chatAnswer = object(
  {
    ...envelope,
    choices: arrayOf(
      object({
        index: whole,
        finish_reason: text,
        message: object({ role: text, content: openAiContent, tool_calls: arrayOf(openObject) }),
      }),
    ),
    usage: openAiUsage,
  },
  ['id', 'object', 'created', 'model', 'choices'],
);

/** What clients of OpenAI's older completions send, and get. */
export const completionsRequest = object(
  {
    model: modelField,
    prompt: { description: 'Text, several texts, or tokens.', oneOf: [text, arrayOf({})] },
    max_tokens: outputBound('The most tokens of one choice.'),
    n: count,
    best_of: count,
    stream: flag,
    stop: { oneOf: [text, arrayOf(text)] },
    temperature: number,
    top_p: number,
    echo: flag,
    suffix: text,
    logprobs: whole,
  },
  ['model'],
);

export const completionsAnswer = object(
  { ...envelope, choices: arrayOf(object({ index: whole, finish_reason: text, text })), usage: openAiUsage },
  ['id', 'object', 'created', 'model', 'choices'],
);

/** What clients of OpenAI's embeddings send, and get. */
export const embeddingsRequest = object(
  {
    model: modelField,
    input: { description: 'Text, up to 2,048 texts, or tokens.', oneOf: [text, arrayOf({})] },
    dimensions: count,
    encoding_format: { enum: ['float', 'base64'] },
    user: text,
  },
  ['model', 'input'],
);

export const embeddingsAnswer = object(
  {
    object: { const: 'list' },
    model: text,
    data: arrayOf(
      object({ object: { const: 'embedding' }, index: whole, embedding: { oneOf: [arrayOf(number), text] } }),
    ),
    usage: object({ prompt_tokens: whole, total_tokens: whole }),
  },
  ['object', 'data', 'model'],
);
