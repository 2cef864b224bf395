import type { Completion, CompletionMessage } from '#ai/formats/openai-chat/chunk.ts';
import { asArray, asObject, type JsonObject, parseObject } from '#kernel/json.ts';
import type { WholeAnswer } from '../../ports.ts';
import { readAnthropicUsage, toOpenAiUsage } from './anthropic-usage.ts';
import { finishReasonOf } from './stop-reason.ts';

type ToolCall = NonNullable<CompletionMessage['tool_calls']>[number];

/** A message as a chat completion. The input of the JSON tool is its content. */
export function readAnthropicAnswer(bytes: Buffer, jsonToolName: string | null): WholeAnswer {
  const message = parseObject(bytes.toString());
  if (message?.['type'] !== 'message' || !Array.isArray(message['content'])) return { kind: 'invalid' };
  const texts: string[] = [];
  const calls: ToolCall[] = [];
  for (const value of asArray(message['content'])) {
    const block = asObject(value);
    if (block?.['type'] === 'text') texts.push(String(block['text']));
    if (block?.['type'] !== 'tool_use') continue;
    if (block['name'] === jsonToolName) texts.push(JSON.stringify(block['input'] ?? {}));
    else calls.push(toolCall(block));
  }
  const usage = readAnthropicUsage(message['usage']);
  const content = texts.join('');
  const completion: Completion = {
    id: String(message['id']),
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: String(message['model']),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: content === '' && calls.length > 0 ? null : content,
          refusal: null,
          ...(calls.length > 0 && { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: finishReasonOf(message['stop_reason'], calls.length > 0),
      },
    ],
    ...(usage && { usage: toOpenAiUsage(usage) }),
  };
  return {
    kind: 'answer',
    body: Buffer.from(JSON.stringify(completion)),
    usage,
    sample: () => ({
      text: content + calls.map((call) => call.function.name + call.function.arguments).join(''),
      scale: 1,
    }),
  };
}

function toolCall(block: JsonObject): ToolCall {
  return {
    id: String(block['id']),
    type: 'function',
    function: { name: String(block['name']), arguments: JSON.stringify(block['input'] ?? {}) },
  };
}
