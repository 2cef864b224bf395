import { asObject, type JsonObject } from '#kernel/json.ts';
import type { AssistantPart, ChatMessage, Foreign, TextPart, ToolResultPart, UserPart } from '../../chat/content.ts';
import { decodeDocument, decodeImage } from './decode-media.ts';
import { FORMAT } from './format-name.ts';
import { proofOf } from './proof.ts';
import { refuse } from './refuse.ts';

/** `system`, or the content of a system message in the middle of a conversation. */
export function decodeSystem(content: unknown, at: string): ChatMessage[] {
  if (content === undefined || content === null || content === '') return [];
  const parts = blocksOf(content, at).map((block, index) => {
    const part = decodeBlock(block, `${at}[${index}]`);
    return part.type === 'text' || part.type === 'foreign' ? part : foreign(block);
  });
  return [{ role: 'system', spelling: 'system', content: parts, at }];
}

/** A message of `messages`. */
export function decodeTurn(value: unknown, at: string): ChatMessage[] {
  const message = asObject(value);
  if (!message) throw refuse(at, 'A message has to be an object.');
  const { role, content } = message;
  if (role === 'system') return decodeSystem(content, at);
  if (role !== 'user' && role !== 'assistant')
    throw refuse(`${at}.role`, 'A role has to be user, assistant or system.');
  const parts = blocksOf(content, `${at}.content`).map((block, index) => {
    const param = `${at}.content[${index}]`;
    return { block, part: decodeBlock(block, param), param };
  });
  if (role === 'user') {
    const decoded = parts.map(({ part, block }) => (isUserPart(part) ? part : foreign(block)));
    const isResult = ({ type }: UserPart): boolean => type === 'tool-result';
    return [{ role, content: [...decoded.filter(isResult), ...decoded.filter((part) => !isResult(part))], at }];
  }
  return [{ role, content: parts.map(({ part, block }) => (isAssistantPart(part) ? part : foreign(block))), at }];
}

type Part = UserPart | AssistantPart;

function blocksOf(content: unknown, at: string): readonly JsonObject[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw refuse(at, 'Content has to be a text or an array of blocks.');
  return content.map((block: unknown, index) => {
    const object = asObject(block);
    if (typeof object?.['type'] !== 'string') {
      throw refuse(`${at}[${index}]`, 'A block has to be an object with a type.');
    }
    return object;
  });
}

function decodeBlock(block: JsonObject, param: string): Part {
  switch (block['type']) {
    case 'text':
      return decodeText(block, param);
    case 'image':
      return decodeImage(block, param);
    case 'document':
      return decodeDocument(block) ?? foreign(block);
    case 'thinking':
      return {
        type: 'reasoning',
        text: textOf(block, 'thinking', param),
        ...proofOf(typeof block['signature'] === 'string' ? block['signature'] : ''),
      };
    case 'redacted_thinking':
      return {
        type: 'reasoning',
        text: '',
        proof: { format: FORMAT, kind: 'redacted', value: textOf(block, 'data', param) },
      };
    case 'tool_use':
      return {
        type: 'tool-call',
        id: textOf(block, 'id', param),
        name: textOf(block, 'name', param),
        kind: 'function',
        input: JSON.stringify(block['input'] ?? {}),
        ...markOf(block),
      };
    case 'tool_result':
      return decodeResult(block, param);
    default:
      return foreign(block);
  }
}

function decodeText(block: JsonObject, param: string): TextPart {
  const { citations } = block;
  return {
    type: 'text',
    text: textOf(block, 'text', param),
    ...(Array.isArray(citations) &&
      citations.length > 0 && {
        citations: { type: 'foreign', format: FORMAT, what: 'citations', json: JSON.stringify(citations) },
      }),
    ...markOf(block),
  };
}

function decodeResult(block: JsonObject, param: string): ToolResultPart {
  const { content } = block;
  const inner = content === undefined || content === null ? [] : blocksOf(content, `${param}.content`);
  return {
    type: 'tool-result',
    callId: textOf(block, 'tool_use_id', param),
    kind: 'function',
    content: inner.map((each, index) => {
      const part = decodeBlock(each, `${param}.content[${index}]`);
      const isTaken = part.type === 'text' || part.type === 'image' || part.type === 'file' || part.type === 'foreign';
      return isTaken ? part : foreign(each);
    }),
    ...(block['is_error'] === true && { isError: true }),
    ...markOf(block),
  };
}

function markOf({ cache_control: mark }: JsonObject): { readonly cacheMark?: string } {
  return asObject(mark) ? { cacheMark: JSON.stringify(mark) } : {};
}

function textOf(block: JsonObject, field: string, param: string): string {
  const text = block[field];
  if (typeof text !== 'string') throw refuse(`${param}.${field}`, `'${field}' has to be a text.`);
  return text;
}

function foreign(block: JsonObject): Foreign {
  return { type: 'foreign', format: FORMAT, what: String(block['type']), json: JSON.stringify(block) };
}

function isUserPart(part: Part): part is UserPart {
  return part.type !== 'reasoning' && part.type !== 'tool-call' && part.type !== 'refusal';
}

function isAssistantPart(part: Part): part is AssistantPart {
  return part.type !== 'tool-result' && part.type !== 'file';
}
