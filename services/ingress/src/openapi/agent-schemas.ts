import type { JsonSchema } from '#admin-api/json-schema.ts';
import { arrayOf, count, flag, number, object, openObject, text, whole } from './schemas.ts';

const modelField: JsonSchema = { ...text, description: 'A model that GET /v1/models lists.' };

const conversation: JsonSchema = {
  description: 'Text, or items: messages, tool calls and what they gave, compactions.',
  oneOf: [text, arrayOf(openObject)],
};

/** What clients of OpenAI's Responses send. */
export const responsesRequest = object(
  {
    model: modelField,
    input: conversation,
    instructions: text,
    max_output_tokens: { ...count, description: 'The most tokens of the answer, thoughts included.' },
    stream: flag,
    background: {
      ...flag,
      description:
        'The answer is the response as it is at first; it is made without the client, and is looked up by its id.',
    },
    store: { ...flag, description: 'Whether the gateway keeps the response.' },
    previous_response_id: { ...text, description: 'A response that was kept, which this request goes on from.' },
    conversation: {
      description:
        'The id of a conversation, or an object with it: its items come before the input, and the turn is added to it.',
      oneOf: [text, object({ id: text }, ['id'])],
    },
    temperature: number,
    top_p: number,
    tools: arrayOf(object({ type: text }, ['type'])),
    tool_choice: { oneOf: [text, openObject] },
    parallel_tool_calls: flag,
    reasoning: object({ effort: text, summary: text }),
    text: object({ format: openObject, verbosity: text }),
    include: arrayOf(text),
    metadata: openObject,
  },
  ['model', 'input'],
);

const responsesUsage = object({
  input_tokens: whole,
  input_tokens_details: object({ cached_tokens: whole }),
  output_tokens: whole,
  output_tokens_details: object({ reasoning_tokens: whole }),
  total_tokens: whole,
});

/** What they get. */
export const responsesAnswer = object(
  {
    id: text,
    object: { const: 'response' },
    created_at: whole,
    status: { enum: ['queued', 'in_progress', 'completed', 'incomplete', 'failed', 'cancelled'] },
    model: text,
    output: arrayOf(object({ type: text }, ['type'])),
    usage: responsesUsage,
  },
  ['id', 'object', 'status', 'output'],
);

/** A conversation to be compacted. */
export const compactRequest = object(
  {
    model: modelField,
    input: conversation,
    instructions: text,
    previous_response_id: { ...text, description: 'A response that was kept, whose conversation is compacted.' },
  },
  ['model'],
);

/** What comes of it. */
export const compactAnswer = object(
  {
    id: text,
    object: { const: 'response.compaction' },
    created_at: whole,
    output: {
      description:
        "The user's messages, and one item of type `compaction`: the next request's `input` begins with them.",
      ...arrayOf(object({ type: text }, ['type'])),
    },
    usage: responsesUsage,
  },
  ['id', 'object', 'created_at', 'output'],
);

const blocks: JsonSchema = {
  description: 'Text, or blocks: `text`, `image`, `document`, `tool_use`, `tool_result`, `thinking`.',
  oneOf: [text, arrayOf(object({ type: text }, ['type']))],
};

const promptFields = {
  model: modelField,
  messages: {
    ...arrayOf(object({ role: { enum: ['user', 'assistant', 'system'] }, content: blocks }, ['role', 'content'])),
    minItems: 1,
  },
  system: blocks,
  tools: arrayOf(openObject),
  tool_choice: openObject,
  thinking: openObject,
};

/** What clients of Anthropic's Messages send. */
export const messagesRequest = object(
  {
    ...promptFields,
    max_tokens: { ...count, description: 'The most tokens of the answer, thoughts included.' },
    stream: flag,
    stop_sequences: arrayOf(text),
    temperature: number,
    top_p: number,
    top_k: whole,
    output_config: openObject,
    metadata: object({ user_id: text }),
  },
  ['model', 'max_tokens', 'messages'],
);

/** What they get. */
export const messagesAnswer = object(
  {
    id: text,
    type: { const: 'message' },
    role: { const: 'assistant' },
    model: text,
    content: arrayOf(object({ type: text }, ['type'])),
    stop_reason: text,
    usage: object({
      input_tokens: whole,
      cache_creation_input_tokens: whole,
      cache_read_input_tokens: whole,
      output_tokens: whole,
    }),
  },
  ['id', 'type', 'role', 'content', 'model', 'stop_reason', 'usage'],
);

/** Prompts whose tokens are to be counted. */
export const countMessagesRequest = object(promptFields, ['model', 'messages']);
export const countResponsesRequest = object(
  { model: modelField, input: { oneOf: [text, arrayOf(openObject)] }, instructions: text, tools: arrayOf(openObject) },
  ['model'],
);
