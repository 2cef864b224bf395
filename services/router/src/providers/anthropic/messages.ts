import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import { convertContent, textBlocks } from './content.ts';
import { refuse } from './refuse.ts';
import { createArgumentsReader, type ReadArguments } from './tool-arguments.ts';

type Blocks = readonly JsonObject[];

interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: JsonObject[];
}

/**
 * OpenAI's messages as Anthropic's: system and developer messages go to `system`, tool results go into a user's
 * message, and neighbours of one role become one message. Throws a `Fault` for content that Anthropic has no form for.
 */
export function convertMessages(messages: unknown): { readonly system: Blocks; readonly messages: readonly Message[] } {
  const system: JsonObject[] = [];
  const converted: Message[] = [];
  const readArguments = createArgumentsReader();
  for (const [index, value] of asArray(messages).entries()) {
    const param = `messages.${index}`;
    const message = asObject(value);
    if (!message) throw refuse(param, 'A message has to be an object.');
    switch (message['role']) {
      case 'system':
      case 'developer':
        system.push(...textBlocks(message['content'], param));
        break;
      case 'user':
        append(converted, 'user', convertContent(message['content'], param));
        break;
      case 'tool':
        append(converted, 'user', [toolResult(message, param)]);
        break;
      case 'assistant':
        append(converted, 'assistant', assistantBlocks(message, param, readArguments));
        break;
      default:
        throw refuse(`${param}.role`, 'A role has to be system, developer, user, assistant or tool.');
    }
  }
  trimPrefill(converted.at(-1));
  return { system, messages: converted };
}

function append(messages: Message[], role: Message['role'], blocks: Blocks): void {
  if (blocks.length === 0) return;
  const last = messages.at(-1);
  if (last?.role === role) last.content.push(...blocks);
  else messages.push({ role, content: [...blocks] });
}

function toolResult(message: JsonObject, param: string): JsonObject {
  const id = message['tool_call_id'];
  if (typeof id !== 'string')
    throw refuse(`${param}.tool_call_id`, "A tool's message has to name the call it answers.");
  const content = textBlocks(message['content'], param);
  return { type: 'tool_result', tool_use_id: id, ...(content.length > 0 && { content }) };
}

function assistantBlocks(message: JsonObject, param: string, readArguments: ReadArguments): Blocks {
  const said = message['content'] ?? message['refusal'] ?? '';
  const calls = asArray(message['tool_calls']).map((value, index): JsonObject => {
    const call = asObject(value);
    const called = asObject(call?.['function']);
    const input = readArguments(called?.['arguments'], `${param}.tool_calls.${index}`);
    if (typeof call?.['id'] !== 'string' || typeof called?.['name'] !== 'string' || !input) {
      throw refuse(
        `${param}.tool_calls.${index}`,
        'A tool call needs an id, a name, and arguments that are a JSON object.',
      );
    }
    return { type: 'tool_use', id: call['id'], name: called['name'], input };
  });
  return [...textBlocks(said, param), ...calls];
}

/** Anthropic does not allow white space at the end of an answer that the client has begun. */
function trimPrefill(last: Message | undefined): void {
  const block = last?.role === 'assistant' ? last.content.at(-1) : undefined;
  const text = block?.['text'];
  if (!last || block?.['type'] !== 'text' || typeof text !== 'string') return;
  const trimmed = text.trimEnd();
  last.content.pop();
  if (trimmed !== '') last.content.push({ ...block, text: trimmed });
}
