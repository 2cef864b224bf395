import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import type {
  BetaMessage,
  MessageCountTokensParams,
  MessageCreateParamsNonStreaming,
} from '@anthropic-ai/sdk/resources/beta/messages';
import { type AgentSession, type Desk, PIXEL } from './session.ts';

/** As Claude Code 2.1.332 sends it, with what an account of Anthropic's adds. */
const betas = [
  ...['claude-code-20250219', 'interleaved-thinking-2025-05-14', 'context-management-2025-06-27'],
  ...['thinking-token-count-2026-05-13', 'advanced-tool-use-2025-11-20', 'effort-2025-11-24'],
  ...['prompt-caching-scope-2026-01-05'],
];

/** The block that tells of the program comes first, and has no mark of the cache. */
const system = [
  { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.332.1c9; cc_entrypoint=cli;' },
  { type: 'text', text: 'You are Claude Code.', cache_control: { type: 'ephemeral', scope: 'global' } },
  { type: 'text', text: 'Use the tools that you have.', cache_control: { type: 'ephemeral' } },
];

const pathSchema = {
  type: 'object',
  properties: { file_path: { type: 'string', description: 'Where it is.' } },
  required: ['file_path'],
  additionalProperties: false,
  $schema: 'http://json-schema.org/draft-07/schema#',
};

const tools = [
  { name: 'Read', description: 'Reads a file.', input_schema: pathSchema },
  { name: 'NotebookEdit', description: 'Edits a notebook.', input_schema: pathSchema, defer_loading: true },
];

const reminder = { type: 'text', text: '<system-reminder>\n# Environment\nPlatform: linux\n</system-reminder>' };

/** Counts, names the session, reads what it is asked for, and answers. */
export const claudeCodeSession: AgentSession = async (desk) => {
  const { sessionId, model } = desk;
  const client = new Anthropic({
    baseURL: desk.url,
    authToken: desk.apiKey,
    apiKey: null,
    maxRetries: 0,
    defaultHeaders: { 'x-claude-code-session-id': sessionId, 'anthropic-version': '2023-06-01', 'x-app': 'cli' },
  });
  const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } };
  const asked = { type: 'text', text: 'What is in a.txt, and on this picture?', cache_control: { type: 'ephemeral' } };
  const question = { role: 'user', content: [reminder, picture, asked] };
  const { input_tokens: counted } = await client.beta.messages.countTokens({
    ...{ model, system, tools, messages: [question], betas },
  } as unknown as MessageCountTokensParams);
  assert.ok(counted > 10, `${counted} tokens`);

  const title = await ask(client, desk, {
    max_tokens: 512,
    system: [system[0], { type: 'text', text: 'Name this session.' }],
    messages: [{ role: 'user', content: 'What is in a.txt?' }],
    output_config: {
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: { title: { type: 'string' } },
          required: ['title'],
          additionalProperties: false,
        },
      },
    },
  });
  assert.equal(typeof (JSON.parse(textOf(title)) as { title: unknown }).title, 'string');

  const called = await ask(client, desk, { messages: [question], ...turn });
  assert.equal(called.stop_reason, 'tool_use');
  const calls = called.content.filter((block) => block.type === 'tool_use');
  assert.ok(calls.length > 0 && calls.every(({ name, input }) => name !== '' && typeof input === 'object'));
  const results = calls.map(({ id }) => ({
    type: 'tool_result',
    tool_use_id: id,
    content: [{ type: 'text', text: 'hello' }],
  }));
  const said = await ask(client, desk, {
    messages: [question, { role: 'assistant', content: called.content }, { role: 'user', content: results }],
    ...turn,
  });
  assert.equal(said.stop_reason, 'end_turn');
  assert.notEqual(textOf(said), '');
  assert.ok(said.usage.input_tokens > 0 && said.usage.output_tokens > 0);
};

/** What each turn says beside its messages. */
const turn = {
  max_tokens: 4_000,
  system,
  tools,
  thinking: { type: 'adaptive', display: 'summarized' },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
  output_config: { effort: 'high' },
  metadata: { user_id: '{"device_id":"d","account_uuid":"","session_id":"s"}' },
};

async function ask(client: Anthropic, { model, stream }: Desk, body: object): Promise<BetaMessage> {
  const params = { model, betas, ...body } as unknown as MessageCreateParamsNonStreaming;
  return stream ? client.beta.messages.stream(params).finalMessage() : client.beta.messages.create(params);
}

function textOf({ content }: BetaMessage): string {
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}
