import type { z } from 'zod';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { checkOpenAiShape } from '../openai/check-shape.ts';
import type { Prompt } from '../prompt.ts';
import { openThoughts } from '../proof.ts';
import { RequestProblem } from '../request-problem.ts';
import { type ContentPart, type Item, isCheckedItemType, itemShapes, passedItemTypes } from './item-shape.ts';

export type ReadItems = Pick<Prompt, 'size' | 'userText' | 'turn' | 'toolResultText'>;

/** Measures an input and finds what was said last; throws a RequestProblem (400) for what OpenAI refuses. */
export function readItems(input: readonly JsonObject[]): ReadItems {
  const items = input.map(readItem);
  checkCalls(items);
  checkReasoning(items);
  let characters = 0;
  let images = 0;
  let userText = '';
  for (const [index, item] of items.entries()) {
    const text = textOfItem(item);
    characters +=
      item.type === 'function_call' || item.type === 'custom_tool_call'
        ? JSON.stringify(input[index]).length
        : text.length;
    images += imagesOf(item);
    if (item.type === 'message' && item.role === 'user') userText = text;
  }
  const last = items.at(-1);
  const isToolTurn = last?.type === 'function_call_output' || last?.type === 'custom_tool_call_output';
  const isAssistants = last?.type === 'message' && last.role === 'assistant';
  return {
    size: { characters, messages: items.length, images },
    userText,
    turn: isToolTurn ? 'tool' : isAssistants ? 'assistant' : 'user',
    toolResultText: isToolTurn ? textOfItem(last) : '',
  };
}

function readItem(item: JsonObject, index: number): Item {
  const { type, role } = item;
  const at = `input[${index}]`;
  if (type === undefined || type === 'message') {
    // An easy message has no type.
    const message = { ...item, type: 'message' };
    return role === 'assistant'
      ? check(itemShapes.outputMessage, message, at)
      : check(itemShapes.inputMessage, message, at);
  }
  if (isCheckedItemType(type)) return check<Item>(itemShapes[type], item, at);
  if (type === 'compaction' && openThoughts(String(item['encrypted_content'])) === undefined) {
    throw new RequestProblem(400, 'The encrypted content of the compaction could not be verified.', {
      param: `${at}.encrypted_content`,
      code: 'invalid_encrypted_content',
    });
  }
  if (passedItemTypes.has(type)) return { type: 'passed' };
  throw new RequestProblem(400, `Invalid value: '${String(type)}'.`, { param: `${at}.type`, code: 'invalid_value' });
}

function check<T>(schema: z.ZodType<T>, item: object, at: string): T {
  try {
    return checkOpenAiShape(schema, item);
  } catch (problem) {
    if (!(problem instanceof RequestProblem)) throw problem;
    const { param = '', code } = problem.details;
    const path = param === '' ? at : `${at}.${param}`;
    throw new RequestProblem(400, problem.message.replace(`'${param}'`, `'${path}'`), {
      param: path,
      ...(code === undefined ? {} : { code }),
    });
  }
}

function checkCalls(items: readonly Item[]): void {
  const open = new Set<string>();
  items.forEach((item, index) => {
    if (item.type === 'function_call' || item.type === 'custom_tool_call') open.add(item.call_id);
    if (item.type !== 'function_call_output' && item.type !== 'custom_tool_call_output') return;
    if (open.delete(item.call_id)) return;
    const what = item.type === 'function_call_output' ? 'function' : 'custom tool';
    throw new RequestProblem(400, `No tool call found for ${what} call output with call_id ${item.call_id}.`, {
      param: `input[${index}]`,
    });
  });
  const [unanswered] = open;
  if (unanswered !== undefined) {
    throw new RequestProblem(400, `No tool output found for function call ${unanswered}.`, { param: 'input' });
  }
}

/** Thoughts come back sealed as they were, and before what they led to. */
function checkReasoning(items: readonly Item[]): void {
  items.forEach((item, index) => {
    if (item.type !== 'reasoning') return;
    const id = item.id ?? `input[${index}]`;
    if (item.encrypted_content != null && openThoughts(item.encrypted_content) === undefined) {
      const message = `The encrypted content for item ${id} could not be verified. Reason: Encrypted content could not be decrypted or parsed.`;
      throw new RequestProblem(400, message, {
        param: `input[${index}].encrypted_content`,
        code: 'invalid_encrypted_content',
      });
    }
    const next = items[index + 1];
    const isLedTo =
      next !== undefined && next.type !== 'function_call_output' && next.type !== 'custom_tool_call_output';
    if (!isLedTo || (next.type === 'message' && next.role !== 'assistant')) {
      const message = `Item '${id}' of type 'reasoning' was provided without its required following item.`;
      throw new RequestProblem(400, message, { param: 'input' });
    }
  });
}

function textOfItem(item: Item): string {
  switch (item.type) {
    case 'message':
      return textOf(item.content);
    case 'function_call_output':
    case 'custom_tool_call_output':
      return textOf(item.output);
    default:
      return '';
  }
}

function textOf(content: string | readonly ContentPart[]): string {
  if (typeof content === 'string') return content;
  return content.flatMap((part) => ('text' in part && typeof part.text === 'string' ? [part.text] : [])).join('\n');
}

function imagesOf(item: Item): number {
  const content = item.type === 'message' ? item.content : 'output' in item ? item.output : [];
  return Array.isArray(content)
    ? content.filter((part) => isJsonObject(part) && part['type'] === 'input_image').length
    : 0;
}
