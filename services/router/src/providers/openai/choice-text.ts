import { asArray, asObject, type JsonObject } from '#kernel/json.ts';

/** All generated text of a message or a chunk's delta, including tool calls and shown reasoning. */
export function choiceText(message: JsonObject | null): string {
  if (!message) return '';
  const parts = [message['content'], message['refusal'], message['reasoning_content'] ?? message['reasoning']];
  for (const call of asArray(message['tool_calls'])) {
    const called = asObject(asObject(call)?.['function']);
    parts.push(called?.['name'], called?.['arguments']);
  }
  return parts.filter((part) => typeof part === 'string').join('');
}
