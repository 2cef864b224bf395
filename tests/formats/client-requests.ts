import type { FormatName, FrontFormatName } from '#ai/format.ts';
import { pixel } from '../e2e/support/sample-requests.ts';

/** What a client of a format says beside the model, of the kinds on which translations have failed. */
export interface ClientRequest {
  readonly what: string;
  readonly format: FrontFormatName;
  /** Asked of a model that can think. */
  readonly thinks?: boolean;
  /** Formats that have no place for it, so that it may be refused by name instead of being sent. */
  readonly noPlaceIn?: readonly FormatName[];
  readonly body: Readonly<Record<string, unknown>>;
}

const parameters = {
  type: 'object',
  properties: { id: { type: 'integer' } },
  required: ['id'],
  additionalProperties: false,
};
const chatTool = { type: 'function', function: { name: 'f', parameters } };
const user = (content: unknown) => ({ role: 'user', content });
const base64 = pixel.slice(pixel.indexOf(',') + 1);

const chatCall = (id: string) => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: '{"id":1}' } }],
});
const chatResult = (id: string, content: unknown = 'r') => ({ role: 'tool', tool_call_id: id, content });
const chat = (what: string, body: Record<string, unknown>, thinks = false): ClientRequest => ({
  what,
  format: 'openai-chat',
  body,
  thinks,
});
const notFor = (request: ClientRequest, ...noPlaceIn: readonly FormatName[]): ClientRequest => ({
  ...request,
  noPlaceIn,
});
const notForAnthropic = (request: ClientRequest): ClientRequest =>
  notFor(request, 'anthropic-messages', 'bedrock-converse');

const chatRequests: readonly ClientRequest[] = [
  chat('a text', { messages: [user('Hi')] }),
  chat('a developer and a system message', {
    messages: [{ role: 'developer', content: 'Be kind.' }, { role: 'system', content: 'Be brief.' }, user('Hi')],
  }),
  chat('text in parts', {
    messages: [
      user([
        { type: 'text', text: 'Hi' },
        { type: 'text', text: 'there' },
      ]),
    ],
  }),
  notFor(
    chat('nothing but a system message', { messages: [{ role: 'system', content: 'Say hello.' }] }),
    'anthropic-messages',
    'gemini-generate',
    'bedrock-converse',
  ),
  notFor(
    chat('an empty text of the user', { messages: [user('')] }),
    'anthropic-messages',
    'gemini-generate',
    'bedrock-converse',
  ),
  chat('white space in every role', {
    messages: [{ role: 'system', content: ' ' }, user('x'), { role: 'assistant', content: '\n' }, user('y')],
  }),
  chat('white space beside a call', {
    tools: [chatTool],
    messages: [user('x'), { ...chatCall('c1'), content: ' ' }, chatResult('c1', ' ')],
  }),
  chat('two messages of one role in a row', {
    messages: [user('a'), user('b'), { role: 'assistant', content: 'c' }, user('d')],
  }),
  chat('an assistant first', { messages: [{ role: 'assistant', content: 'Hello.' }, user('Hi')] }),
  chat('a picture', {
    messages: [
      user([
        { type: 'text', text: 'What?' },
        { type: 'image_url', image_url: { url: pixel, detail: 'low' } },
      ]),
    ],
  }),
  chat('a picture of a type in other words', {
    messages: [user([{ type: 'image_url', image_url: { url: `data:image/jpg;base64,${base64}` } }])],
  }),
  chat('a picture whose type has parameters', {
    messages: [user([{ type: 'image_url', image_url: { url: `data:IMAGE/PNG;charset=utf-8;base64,${base64}` } }])],
  }),
  notFor(
    chat('a picture elsewhere', {
      messages: [user([{ type: 'image_url', image_url: { url: 'HTTPS://example.com/a.png' } }])],
    }),
    'gemini-generate',
    'bedrock-converse',
  ),
  chat('a call and its result', { tools: [chatTool], messages: [user('x'), chatCall('c1'), chatResult('c1')] }),
  chat('ids of tools by another provider', {
    tools: [chatTool],
    messages: [user('x'), chatCall('functions.f:0'), chatResult('functions.f:0')],
  }),
  chat('ids of tools that are long', {
    tools: [chatTool],
    messages: [user('x'), chatCall('c'.repeat(120)), chatResult('c'.repeat(120))],
  }),
  chat('two calls, their results, and what the user says then', {
    tools: [chatTool],
    messages: [
      user('x'),
      { ...chatCall('c1'), tool_calls: [...chatCall('c1').tool_calls, ...chatCall('c2').tool_calls] },
      chatResult('c1'),
      chatResult('c2'),
      user('And?'),
    ],
  }),
  chat(
    'an effort after a tool',
    {
      reasoning_effort: 'medium',
      tools: [chatTool],
      messages: [user('x'), chatCall('c1'), chatResult('c1'), user('next')],
    },
    true,
  ),
  chat(
    'an effort right after a tool',
    { reasoning_effort: 'high', tools: [chatTool], messages: [user('x'), chatCall('c1'), chatResult('c1')] },
    true,
  ),
  chat(
    'an effort and a forced tool',
    { reasoning_effort: 'low', tools: [chatTool], tool_choice: 'required', messages: [user('x')] },
    true,
  ),
  chat('an end user with an e-mail address', { user: 'ada@example.com', messages: [user('x')] }),
  chat('a long end user', { user: 'u'.repeat(300), messages: [user('x')] }),
  chat('a temperature', { temperature: 0.7, messages: [user('x')] }),
  chat('a temperature above one', { temperature: 1.7, messages: [user('x')] }),
  notForAnthropic(chat('a temperature and top_p', { temperature: 0.7, top_p: 0.9, messages: [user('x')] })),
  chat('a named tool', {
    tools: [chatTool],
    tool_choice: { type: 'function', function: { name: 'f' } },
    messages: [user('x')],
  }),
  chat('tools and no choice of them', { tools: [chatTool], tool_choice: 'none', messages: [user('x')] }),
  chat('one call at a time', { tools: [chatTool], parallel_tool_calls: false, messages: [user('x')] }),
  chat('a tool without parameters', { tools: [{ type: 'function', function: { name: 'f' } }], messages: [user('x')] }),
  chat('a strict tool', {
    tools: [{ type: 'function', function: { name: 'f', parameters, strict: true } }],
    messages: [user('x')],
  }),
  chat('a strict schema', {
    response_format: { type: 'json_schema', json_schema: { name: 'd', strict: true, schema: parameters } },
    messages: [user('x')],
  }),
  chat('a schema with bounds', {
    response_format: {
      type: 'json_schema',
      json_schema: {
        name: 'd',
        schema: { type: 'object', properties: { age: { type: 'integer', minimum: 18 } }, required: ['age'] },
      },
    },
    messages: [user('x')],
  }),
  chat('any JSON', { response_format: { type: 'json_object' }, messages: [user('Answer in JSON.')] }),
  chat('what says nothing to others', {
    store: false,
    metadata: { a: 'b' },
    prompt_cache_key: 'k',
    safety_identifier: 's',
    messages: [user('x')],
  }),
];

const responses = (what: string, body: Record<string, unknown>, thinks = false): ClientRequest => ({
  what,
  format: 'openai-responses',
  body,
  thinks,
});
const call = { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{"id":1}' };
const output = { type: 'function_call_output', call_id: 'call_1', output: 'r' };
const responsesTool = { type: 'function', name: 'f', parameters, strict: true };

const responsesRequests: readonly ClientRequest[] = [
  responses('a text', { input: 'Hi' }),
  responses('instructions', { instructions: 'Be kind.', input: [user('Hi')] }),
  responses('messages of all roles', {
    input: [{ role: 'developer', content: 'Be kind.' }, user('a'), { role: 'assistant', content: 'b' }, user('c')],
  }),
  responses('a picture', {
    input: [
      user([
        { type: 'input_text', text: 'What?' },
        { type: 'input_image', image_url: pixel, detail: 'auto' },
      ]),
    ],
  }),
  responses('a call and its result', { tools: [responsesTool], input: [user('x'), call, output] }),
  responses('two calls in a row', {
    tools: [responsesTool],
    input: [user('x'), call, { ...call, call_id: 'call_2' }, output, { ...output, call_id: 'call_2' }],
  }),
  responses('a result in parts, with a picture', {
    tools: [responsesTool],
    input: [
      user('x'),
      call,
      {
        ...output,
        output: [
          { type: 'input_text', text: 'r' },
          { type: 'input_image', image_url: pixel, detail: 'auto' },
        ],
      },
    ],
  }),
  responses('a custom tool', { tools: [{ type: 'custom', name: 'apply_patch' }], input: 'x' }),
  responses('a custom tool and its result', {
    tools: [{ type: 'custom', name: 'apply_patch' }],
    input: [
      user('x'),
      { type: 'custom_tool_call', call_id: 'call_1', name: 'apply_patch', input: '*** Begin' },
      { type: 'custom_tool_call_output', call_id: 'call_1', output: 'done' },
    ],
  }),
  responses('a strict schema', {
    input: 'x',
    text: { format: { type: 'json_schema', name: 'd', strict: true, schema: parameters } },
  }),
  responses('an effort', { input: 'x', reasoning: { effort: 'medium' } }, true),
  responses('what says nothing to others', { input: 'x', store: false, metadata: { a: 'b' }, prompt_cache_key: 'k' }),
];

const messages = (what: string, body: Record<string, unknown>, thinks = false): ClientRequest => ({
  what,
  format: 'anthropic-messages',
  body: { max_tokens: 2_000, ...body },
  thinks,
});
const use = { type: 'tool_use', id: 'toolu_1', name: 'f', input: { id: 1 } };
const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'r' };
const tool = { name: 'f', input_schema: parameters };
const assistant = (content: unknown) => ({ role: 'assistant', content });
const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: base64 } };

const messagesRequests: readonly ClientRequest[] = [
  messages('a text', { messages: [user('Hi')] }),
  messages('a system prompt in blocks', {
    system: [
      { type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral' } },
      { type: 'text', text: 'Be brief.' },
    ],
    messages: [user('Hi')],
  }),
  messages('a system message on the way', {
    messages: [user('a'), { role: 'system', content: 'Be kind.' }, user('b')],
  }),
  messages('a picture', { messages: [user([image, { type: 'text', text: 'What?' }])] }),
  messages('a call and its result', { tools: [tool], messages: [user('x'), assistant([use]), user([result])] }),
  messages('a result, and what the user says then', {
    tools: [tool],
    messages: [
      user('x'),
      assistant([{ type: 'text', text: 'Let me see.' }, use]),
      user([result, { type: 'text', text: 'And?' }]),
    ],
  }),
  messages('a picture in a result', {
    tools: [tool],
    messages: [user('x'), assistant([use]), user([{ ...result, content: [{ type: 'text', text: 'r' }, image] }])],
  }),
  messages('a result that is an error', {
    tools: [tool],
    messages: [user('x'), assistant([use]), user([{ ...result, is_error: true }])],
  }),
  messages('a result without content', {
    tools: [tool],
    messages: [user('x'), assistant([use]), user([{ type: 'tool_result', tool_use_id: 'toolu_1' }])],
  }),
  messages('thinking', { thinking: { type: 'enabled', budget_tokens: 1_024 }, messages: [user('x')] }, true),
  messages('a forced tool, one at a time', {
    tools: [tool],
    tool_choice: { type: 'any', disable_parallel_tool_use: true },
    messages: [user('x')],
  }),
  messages('an end user', { metadata: { user_id: 'u_1' }, messages: [user('x')] }),
  {
    ...messages('stop sequences and a temperature', {
      temperature: 0.5,
      stop_sequences: ['END'],
      messages: [user('x')],
    }),
    noPlaceIn: ['openai-responses'],
  },
  messages('a document of a schema', {
    output_config: { format: { type: 'json_schema', schema: parameters } },
    messages: [user('x')],
  }),
];

export const clientRequests: readonly ClientRequest[] = [...chatRequests, ...responsesRequests, ...messagesRequests];
