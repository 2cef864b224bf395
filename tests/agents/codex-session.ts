import assert from 'node:assert/strict';
import OpenAI from 'openai';
import type { Response, ResponseInputItem } from 'openai/resources/responses/responses';
import type { AgentSession, Desk } from './session.ts';

const instructions = 'You are a coding agent running in the Codex CLI.';

const execCommand = {
  type: 'function',
  name: 'exec_command',
  description: 'Runs a command.',
  strict: false,
  parameters: {
    type: 'object',
    properties: { cmd: { type: 'string' }, max_output_tokens: { type: 'number' } },
    required: ['cmd'],
    additionalProperties: false,
  },
};

const applyPatch = {
  type: 'custom',
  name: 'apply_patch',
  description: 'Edits files.',
  format: { type: 'grammar', syntax: 'lark', definition: 'start: "*** Begin Patch" /(.|\\n)*/' },
};

const says = (role: string, text: string) => ({ type: 'message', role, content: [{ type: 'input_text', text }] });

const begun = [
  says('developer', '<permissions instructions>\nThe sandbox is read-only.'),
  says('user', '<environment_context>\n  <shell>bash</shell>\n</environment_context>'),
];

/** Runs a command, edits a file by a patch, answers, and has the conversation summed up. */
export const codexSession: AgentSession = async (desk) => {
  const client = new OpenAI({
    baseURL: `${desk.url}/v1`,
    apiKey: desk.apiKey,
    maxRetries: 0,
    defaultHeaders: {
      'session-id': desk.sessionId,
      'thread-id': desk.sessionId,
      'x-codex-turn-metadata': JSON.stringify({ session_id: desk.sessionId, turn_id: 't' }),
      originator: 'codex_exec',
    },
  });
  const input: unknown[] = [...begun];
  for (const tool of [execCommand, applyPatch]) {
    // Each is a turn of its own: the simulator calls a tool once a turn.
    input.push(says('user', `Fix a.txt with ${tool.name}.`));
    const { output } = await ask(client, desk, { input, tools: [tool], tool_choice: 'auto' });
    const calls = output.filter(({ type }) => type === 'function_call' || type === 'custom_tool_call');
    assert.equal(calls[0]?.type, tool === applyPatch ? 'custom_tool_call' : 'function_call', JSON.stringify(output));
    input.push(...output, ...calls.flatMap((call) => outputOf(call as never)));
    const said = await ask(client, desk, { input, tools: [tool] });
    assert.notEqual(textOf(said), '');
    input.push(...said.output);
  }
  // Bedrock wants tools that were called to be there, and knows no choice of none.
  const sumUp = says('user', '[[simulator {"text":"A summary."}]] Sum it up.');
  const summary = await ask(client, desk, { input: [...input, sumUp], tools: [] });
  assert.equal(textOf(summary), 'A summary.');
  assert.ok((summary.usage?.input_tokens ?? 0) > 0 && (summary.usage?.output_tokens ?? 0) > 0);
};

function outputOf(call: {
  readonly type: string;
  readonly call_id: string;
  readonly arguments?: string;
  readonly input?: string;
}) {
  if (call.type === 'function_call') JSON.parse(call.arguments ?? '');
  else assert.equal(typeof call.input, 'string');
  return [{ type: `${call.type}_output`, call_id: call.call_id, output: 'Process exited with code 0' }];
}

async function ask(client: OpenAI, { model, stream }: Desk, body: object): Promise<Response> {
  const params = {
    ...{ model, instructions, parallel_tool_calls: true, store: false, include: ['reasoning.encrypted_content'] },
    ...{ reasoning: { effort: 'medium', summary: 'auto' }, prompt_cache_key: 'thread', ...body },
  } as unknown as { model: string; input: ResponseInputItem[] };
  if (!stream) return client.responses.create({ ...params, stream: false });
  // An answer that fails, or has no end, throws.
  for await (const event of await client.responses.create({ ...params, stream: true })) {
    if (event.type === 'response.completed') return event.response;
  }
  return assert.fail('the stream closed before response.completed');
}

function textOf({ output }: Response): string {
  const parts = output.flatMap((item) => (item.type === 'message' ? item.content : []));
  return parts.map((part) => (part.type === 'output_text' ? part.text : '')).join('');
}
