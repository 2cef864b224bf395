import { chunk, completion, DONE, usageChunk } from './openai-bytes.ts';
import type { Answer, Reply } from './replayed-provider.ts';

/** What a model says: a text, or a call of the tool `f`. */
export type Said = 'text' | 'tool';

/** A provider that speaks one format, and says the same in each: "Hello", or f({"id":7}); 100 tokens in, 50 out. */
export interface Behind {
  readonly format: 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'bedrock-converse';
  readonly kind: 'openai' | 'anthropic';
  /** More fields of the provider's resource. */
  readonly provider?: Readonly<Record<string, string>>;
  readonly path: (model: string, stream: boolean) => string;
  /** How it refuses a request: "No such frob." */
  readonly refusal: Pick<Reply, 'headers' | 'body'>;
  readonly answer: (said: Said) => Answer;
}

const INPUT = '{"id":7}';

const named = (type: string, fields: Record<string, unknown>): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

const chatCall = { id: 'call_1', type: 'function', function: { name: 'f', arguments: INPUT } };

const openAiRefusal = {
  body: JSON.stringify({ error: { message: 'No such frob.', type: 'invalid_request_error', param: null, code: null } }),
};
const anthropicRefusal = {
  body: JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message: 'No such frob.' } }),
};

const chat: Behind = {
  format: 'openai-chat',
  kind: 'openai',
  path: () => '/v1/chat/completions',
  refusal: openAiRefusal,
  answer: (said) => (request) => {
    const message = said === 'text' ? { content: 'Hello' } : { content: null, tool_calls: [chatCall] };
    const finish = said === 'text' ? 'stop' : 'tool_calls';
    if (request.body['stream'] !== true) return { body: completion(message, undefined, finish) };
    const deltas =
      said === 'text'
        ? [chunk({ role: 'assistant', content: 'Hel' }), chunk({ content: 'lo' })]
        : [
            chunk({
              role: 'assistant',
              content: null,
              tool_calls: [{ index: 0, ...chatCall, function: { name: 'f', arguments: '' } }],
            }),
            chunk({ tool_calls: [{ index: 0, function: { arguments: INPUT } }] }),
          ];
    return { body: [...deltas, chunk({}, finish), usageChunk(), DONE] };
  },
};

const responsesUsage = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 150,
};
const messageItem = {
  id: 'msg_1',
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text: 'Hello', annotations: [] }],
};
const callItem = {
  id: 'fc_1',
  type: 'function_call',
  status: 'completed',
  call_id: 'call_1',
  name: 'f',
  arguments: INPUT,
};

const bareResponse = {
  object: 'response',
  created_at: 1,
  error: null,
  incomplete_details: null,
  model: 'm',
  parallel_tool_calls: true,
  tool_choice: 'auto',
  tools: [],
  metadata: {},
};

const responses: Behind = {
  format: 'openai-responses',
  kind: 'openai',
  path: () => '/v1/responses',
  refusal: openAiRefusal,
  answer: (said) => (request, call) => {
    const item = said === 'text' ? messageItem : callItem;
    const responseOf = (output: readonly unknown[], status: string, usage: unknown) => ({
      ...bareResponse,
      id: `resp_${call}`,
      status,
      output,
      usage,
    });
    const whole = responseOf([item], 'completed', responsesUsage);
    if (request.body['stream'] !== true) return { body: JSON.stringify(whole) };
    let sequence_number = 0;
    const event = (type: string, fields: Record<string, unknown>) =>
      named(type, { sequence_number: sequence_number++, ...fields });
    const at = { output_index: 0, item_id: item.id };
    const part = { ...at, content_index: 0 };
    const begun = responseOf([], 'in_progress', null);
    const empty =
      said === 'text'
        ? { ...messageItem, status: 'in_progress', content: [] }
        : { ...callItem, status: 'in_progress', arguments: '' };
    const middle =
      said === 'text'
        ? [
            event('response.content_part.added', { ...part, part: { type: 'output_text', text: '', annotations: [] } }),
            event('response.output_text.delta', { ...part, delta: 'Hel', logprobs: [] }),
            event('response.output_text.delta', { ...part, delta: 'lo', logprobs: [] }),
            event('response.output_text.done', { ...part, text: 'Hello', logprobs: [] }),
            event('response.content_part.done', { ...part, part: messageItem.content[0] }),
          ]
        : [
            event('response.function_call_arguments.delta', { ...at, delta: INPUT }),
            event('response.function_call_arguments.done', { ...at, name: 'f', arguments: INPUT }),
          ];
    return {
      body: [
        event('response.created', { response: begun }),
        event('response.in_progress', { response: begun }),
        event('response.output_item.added', { output_index: 0, item: empty }),
        ...middle,
        event('response.output_item.done', { output_index: 0, item }),
        event('response.completed', { response: whole }),
      ],
    };
  },
};

export const messages: Behind = {
  format: 'anthropic-messages',
  kind: 'anthropic',
  path: () => '/v1/messages',
  refusal: anthropicRefusal,
  answer: (said) => (request) => {
    const block =
      said === 'text'
        ? { type: 'text', text: 'Hello' }
        : { type: 'tool_use', id: 'toolu_1', name: 'f', input: { id: 7 } };
    const stop_reason = said === 'text' ? 'end_turn' : 'tool_use';
    const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', stop_sequence: null };
    const usage = { input_tokens: 100, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 50 };
    if (request.body['stream'] !== true)
      return { body: JSON.stringify({ ...message, content: [block], stop_reason, usage }) };
    const deltas =
      said === 'text'
        ? ['Hel', 'lo'].map((text) => ({ type: 'text_delta', text }))
        : [INPUT.slice(0, 4), INPUT.slice(4)].map((partial_json) => ({ type: 'input_json_delta', partial_json }));
    return {
      body: [
        named('message_start', {
          message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
        }),
        named('content_block_start', {
          index: 0,
          content_block: said === 'text' ? { type: 'text', text: '' } : { ...block, input: {} },
        }),
        named('ping', {}),
        ...deltas.map((delta) => named('content_block_delta', { index: 0, delta })),
        named('content_block_stop', { index: 0 }),
        named('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 50 } }),
        named('message_stop', {}),
      ],
    };
  },
};

export const behinds: readonly Behind[] = [chat, responses, messages];
