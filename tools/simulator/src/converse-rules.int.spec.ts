import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { startSimulator } from './simulator.ts';
import { post } from './testing.ts';

const simulator = await startSimulator();
afterAll(() => simulator.close());

const claude = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
const said = (role: string, ...content: object[]) => ({ role, content });
const text = (words: string) => ({ text: words });
const hi = said('user', text('Hi'));
const use = { toolUse: { toolUseId: 'a', name: 'f', input: {} } };
const result = { toolResult: { toolUseId: 'a', content: [] } };
const toolSpec = { name: 'f', inputSchema: { json: { type: 'object' } } };
const toolConfig = { tools: [{ toolSpec }] };

/** What is asked of Converse, and what AWS says of it. */
const refused: readonly (readonly [what: string, body: object, words: RegExp])[] = [
  ['a message of the assistant first', { messages: [said('assistant', text('Hi'))] }, /must start with a user message/],
  ['two messages of one role', { messages: [hi, hi] }, /must alternate between user and assistant roles/],
  ['blank text', { messages: [said('user', text(' '))] }, /at messages\.0\.content\.0 is blank/],
  ['a blank system prompt', { messages: [hi], system: [text('')] }, /SystemContentBlock object at system\.0 is blank/],
  ['an empty message', { messages: [said('user')] }, /Message object at messages\.0 is empty/],
  ['a union of two', { messages: [said('user', { ...text('Hi'), ...result })] }, /union at messages\.0\.content\.0/],
  [
    'tools that are not defined',
    { messages: [hi, said('assistant', use), said('user', result)] },
    /toolConfig field must/,
  ],
  [
    'a call without a result',
    { messages: [hi, said('assistant', use), hi], toolConfig },
    /Expected toolResult blocks.*: a/,
  ],
  ['a result without a call', { messages: [said('user', result)], toolConfig }, /exceeds the number of toolUse blocks/],
  [
    'a failure without words',
    {
      messages: [hi, said('assistant', use), said('user', { toolResult: { ...result.toolResult, status: 'error' } })],
      toolConfig,
    },
    /cannot be empty when status value is error/,
  ],
  [
    'arguments that are no object',
    {
      messages: [hi, said('assistant', { toolUse: { ...use.toolUse, input: 'x' } }), said('user', result)],
      toolConfig,
    },
    /Provide a json object/,
  ],
  [
    'a name with a dot',
    { messages: [hi], toolConfig: { tools: [{ toolSpec: { ...toolSpec, name: 'a.b' } }] } },
    /'toolConfig\.tools\.0\.toolSpec\.name' failed to satisfy constraint: Member must satisfy regular expression/,
  ],
  [
    'an empty description',
    { messages: [hi], toolConfig: { tools: [{ toolSpec: { ...toolSpec, description: '' } }] } },
    /Member must have length greater than or equal to 1/,
  ],
  ['no tools', { messages: [hi], toolConfig: { tools: [] } }, /toolConfig\.tools' failed to satisfy/],
  ['no tokens', { messages: [hi], inferenceConfig: { maxTokens: 0 } }, /value greater than or equal to 1/],
  ['too many tokens', { messages: [hi], inferenceConfig: { maxTokens: 64_001 } }, /exceeds the model limit of 64000/],
  ['a high temperature', { messages: [hi], inferenceConfig: { temperature: 1.5 } }, /value less than or equal to 1/],
  ['a field of another API', { messages: [hi], max_tokens: 5 }, /extraneous key \[max_tokens\] is not permitted/],
  [
    'an unknown inner field',
    { messages: [hi], inferenceConfig: { topK: 5 } },
    /#\/inferenceConfig: extraneous key \[topK\]/,
  ],
  [
    'a picture that is no Base64',
    { messages: [said('user', { image: { format: 'png', source: { bytes: '!' } } })] },
    /image\.source\.bytes/,
  ],
  [
    'a field that Claude does not know',
    { messages: [hi], additionalModelRequestFields: { effort: 'low' } },
    /model returned the following errors: effort: Extra inputs are not permitted/,
  ],
  [
    'thinking beside a forced tool',
    {
      messages: [hi],
      inferenceConfig: { maxTokens: 2_000 },
      toolConfig: { ...toolConfig, toolChoice: { any: {} } },
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1_024 } },
    },
    /Thinking may not be enabled when tool_choice forces tool use/,
  ],
  [
    "thinking beside a tool that Claude's own choice forces",
    {
      messages: [hi],
      inferenceConfig: { maxTokens: 2_000 },
      toolConfig,
      additionalModelRequestFields: {
        thinking: { type: 'enabled', budget_tokens: 1_024 },
        tool_choice: { type: 'tool', name: 'f' },
      },
    },
    /Thinking may not be enabled when tool_choice forces tool use/,
  ],
  [
    "Claude's own choice of no tool",
    { messages: [hi], toolConfig, additionalModelRequestFields: { tool_choice: { type: 'none' } } },
    /tool_choice: Input tag 'none' found using 'type' does not match/,
  ],
  ['an effort that there is not', { messages: [hi], outputConfig: { effort: 'huge' } }, /outputConfig\.effort/],
  [
    'a thought that was changed',
    {
      messages: [
        hi,
        said('assistant', { reasoningContent: { reasoningText: { text: 'x', signature: 'y' } } }, text('Hi')),
        hi,
      ],
    },
    /Invalid `signature` in `thinking` block/,
  ],
];

for (const [what, body, words] of refused) {
  test(`Converse refuses ${what} in AWS' words`, async () => {
    const answer = await post(simulator.url, `/model/${encodeURIComponent(claude)}/converse`, body);
    const { message } = (await answer.json()) as { readonly message: string };
    assert.match(message, words);
    assert.equal(answer.status, 400);
    assert.match(answer.headers.get('x-amzn-errortype') ?? '', /^(Validation|Serialization)Exception:/);
  });
}

test("Converse takes an effort, and Claude's own choice of a tool", async () => {
  const additionalModelRequestFields = { tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true } };
  const body = { messages: [hi], toolConfig, outputConfig: { effort: 'low' }, additionalModelRequestFields };
  const answer = await post(simulator.url, `/model/${encodeURIComponent(claude)}/converse`, body);
  const { output } = (await answer.json()) as { readonly output: { readonly message: { readonly content: object[] } } };
  assert.equal(answer.status, 200);
  assert.deepEqual(Object.keys(output.message.content.at(-1) ?? {}), ['toolUse']);
});

test('Converse takes an empty result of a tool', async () => {
  const messages = [hi, said('assistant', use), said('user', result)];
  assert.equal(
    (await post(simulator.url, '/model/amazon.nova-pro-v1:0/converse', { messages, toolConfig })).status,
    200,
  );
});

const invoked = { anthropic_version: 'bedrock-2023-05-31', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] };
for (const [what, model, change, words] of [
  ['a model in the body', claude, { model: claude }, /extraneous key \[model\] is not permitted/],
  ['a wish for a stream in the body', claude, { stream: true }, /extraneous key \[stream\] is not permitted/],
  ['no version', claude, { anthropic_version: undefined }, /required key \[anthropic_version\] not found/],
  [
    "another cloud's version",
    claude,
    { anthropic_version: 'vertex-2023-10-16' },
    /anthropic_version' failed to satisfy/,
  ],
  ['a field of a beta without its name', claude, { context_management: {} }, /context_management: Extra inputs/],
  ["another maker's model", 'amazon.nova-pro-v1:0', {}, /model identifier is invalid/],
] as const) {
  test(`InvokeModel refuses ${what}`, async () => {
    const answer = await post(simulator.url, `/model/${encodeURIComponent(model)}/invoke`, { ...invoked, ...change });
    assert.match(((await answer.json()) as { readonly message: string }).message, words);
    assert.equal(answer.status, 400);
  });
}

test('InvokeModel takes a field of a beta that the body names', async () => {
  const body = { ...invoked, anthropic_beta: ['context-management-2025-06-27'], context_management: {} };
  assert.equal((await post(simulator.url, `/model/${encodeURIComponent(claude)}/invoke`, body)).status, 200);
});

test('a request without a key is refused', async () => {
  const answer = await post(simulator.url, '/model/m/converse', {}, { authorization: '' });
  assert.equal(answer.status, 403);
  assert.match(answer.headers.get('x-amzn-errortype') ?? '', /^MissingAuthenticationTokenException/);
});
