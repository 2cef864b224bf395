import { Fault } from '#errors/fault.ts';
import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { AssistantPart, ChatMessage, Foreign, ReasoningPart, ToolResultPart } from '../../chat/content.ts';
import { type DecodedPart, decodeContent } from './decode-content.ts';
import { FORMAT } from './format-name.ts';
import { isAnswerItem } from './item-types.ts';
import { noReference } from './no-reference.ts';
import { readProof } from './proof.ts';
import { joinedName } from './tool-spaces.ts';
import { invalidFault, objectAt, stringAt, stringOrNone, wrongTypeFault } from './wrong-field.ts';

type UserMessage = Extract<ChatMessage, { role: 'user' }>;
type AssistantMessage = Extract<ChatMessage, { role: 'assistant' }>;
type Results = Omit<UserMessage, 'content'> & { content: UserMessage['content'][number][] };

/** A turn of the model's. Its phase is that of its first message. */
type Answer = Omit<AssistantMessage, 'content' | 'phase'> & { content: AssistantPart[]; phase?: string };

/** The conversation while it is read. What a model said in a row is one turn, and so are the results of its calls. */
interface Conversation {
  readonly messages: ChatMessage[];
  answer: Answer | null;
  results: Results | null;
}

/** The input: a text of the user's, or items. */
export function decodeInput(value: unknown): ChatMessage[] {
  if (typeof value === 'string') return [{ role: 'user', content: [{ type: 'text', text: value }], at: 'input' }];
  if (!Array.isArray(value)) throw wrongTypeFault('input', 'a string or an array of objects', value);
  const conversation: Conversation = { messages: [], answer: null, results: null };
  for (const [index, item] of value.entries()) {
    decodeItem(conversation, objectAt(item, `input[${index}]`), `input[${index}]`);
  }
  return conversation.messages;
}

function decodeItem(conversation: Conversation, item: JsonObject, at: string): void {
  const { type = null } = item;
  switch (type) {
    case null:
      if (item['role'] === undefined && item['id'] !== undefined) throw new Fault(noReference(at));
      decodeMessage(conversation, item, at);
      return;
    case 'message':
      decodeMessage(conversation, item, at);
      return;
    case 'item_reference':
      throw new Fault(noReference(at));
    case 'function_call':
    case 'custom_tool_call':
      answerAt(conversation, at).content.push(decodeCall(item, type, at));
      return;
    case 'function_call_output':
    case 'custom_tool_call_output':
      resultsAt(conversation, at).content.push(decodeResult(item, type, at));
      return;
    case 'reasoning':
      answerAt(conversation, at).content.push(...decodeReasoning(item, at));
      return;
    default:
      decodeForeign(conversation, item, stringAt(type, `${at}.type`), at);
  }
}

function decodeMessage(conversation: Conversation, item: JsonObject, at: string): void {
  const content = decodeContent(item['content'], `${at}.content`);
  switch (item['role']) {
    case 'assistant': {
      const phase = stringOrNone(item['phase'], `${at}.phase`);
      answerAt(conversation, at, phase).content.push(...content.map((part) => answerPart(part, at)));
      return;
    }
    case 'user':
      begin(conversation, { role: 'user', content: content.map((part) => userPart(part)), at });
      return;
    case 'system':
    case 'developer':
      begin(conversation, {
        role: 'system',
        spelling: item['role'],
        content: content.map((part) => systemPart(part, at)),
        at,
      });
      return;
    default:
      throw invalidFault(
        `Invalid value for '${at}.role': supported values are user, assistant, system, developer.`,
        `${at}.role`,
      );
  }
}

function begin(conversation: Conversation, message: ChatMessage): void {
  conversation.messages.push(message);
  conversation.answer = null;
  conversation.results = null;
}

/** The turn of the model's that an item at the end belongs to. A message of another phase begins a turn of its own. */
function answerAt(conversation: Conversation, at: string, phase?: string): Answer {
  const { answer } = conversation;
  if (answer !== null) {
    if (phase === undefined || phase === answer.phase) return answer;
    if (answer.phase === undefined && !hasText(answer)) {
      answer.phase = phase;
      return answer;
    }
  }
  const begun: Answer = {
    role: 'assistant',
    content: [],
    at,
    ...(phase === undefined ? {} : { phase }),
  };
  begin(conversation, begun);
  conversation.answer = begun;
  return begun;
}

function hasText({ content }: Answer): boolean {
  return content.some(({ type }) => type === 'text' || type === 'refusal');
}

function resultsAt(conversation: Conversation, at: string): Results {
  if (conversation.results !== null) return conversation.results;
  const begun: Results = { role: 'user', content: [], at };
  begin(conversation, begun);
  conversation.results = begun;
  return begun;
}

function decodeCall(item: JsonObject, type: 'function_call' | 'custom_tool_call', at: string): AssistantPart {
  const kind = type === 'function_call' ? 'function' : 'custom';
  const field = kind === 'function' ? 'arguments' : 'input';
  const itemId = stringOrNone(item['id'], `${at}.id`);
  const namespace = stringOrNone(item['namespace'], `${at}.namespace`);
  const name = stringAt(item['name'], `${at}.name`);
  return {
    type: 'tool-call',
    id: stringAt(item['call_id'], `${at}.call_id`),
    name: namespace === undefined ? name : joinedName(namespace, name),
    kind,
    input: stringAt(item[field], `${at}.${field}`),
    ...(itemId === undefined ? {} : { itemId }),
  };
}

function decodeResult(item: JsonObject, type: string, at: string): ToolResultPart {
  const content = decodeContent(item['output'], `${at}.output`);
  return {
    type: 'tool-result',
    callId: stringAt(item['call_id'], `${at}.call_id`),
    kind: type === 'function_call_output' ? 'function' : 'custom',
    content: content.map((part) => {
      if (part.type === 'audio') throw invalidFault('A result of a tool is text, pictures and files.', `${at}.output`);
      return part.type === 'refusal' ? { type: 'text', text: part.text } : part;
    }),
  };
}

/** One part for each piece of a summary or of the thoughts. The last one has the proof. */
function decodeReasoning(item: JsonObject, at: string): ReasoningPart[] {
  const idText = stringOrNone(item['id'], `${at}.id`);
  const id = idText === undefined ? {} : { id: idText };
  const parts: ReasoningPart[] = [
    ...texts(item['summary']).map((text) => ({ type: 'reasoning', text, isSummary: true, ...id }) as const),
    ...texts(item['content']).map((text) => ({ type: 'reasoning', text, ...id }) as const),
  ];
  const encrypted = stringOrNone(item['encrypted_content'], `${at}.encrypted_content`);
  if (encrypted === undefined) return parts;
  const last = parts.pop() ?? { type: 'reasoning', text: '', ...id };
  return [...parts, { ...last, proof: readProof(encrypted) }];
}

function texts(value: unknown): string[] {
  return asArray(value).flatMap((part) => {
    const text = asObject(part)?.['text'];
    return typeof text === 'string' ? [text] : [];
  });
}

function decodeForeign(conversation: Conversation, item: JsonObject, what: string, at: string): void {
  const foreign: Foreign = { type: 'foreign', format: FORMAT, what, json: JSON.stringify(item) };
  if (isAnswerItem(what)) answerAt(conversation, at).content.push(foreign);
  else resultsAt(conversation, at).content.push(foreign);
}

function answerPart(part: DecodedPart, at: string): AssistantPart {
  if (part.type === 'file') throw invalidFault('A message of the assistant has no files.', `${at}.content`);
  return part;
}

function userPart(part: DecodedPart): UserMessage['content'][number] {
  return part.type === 'refusal' ? { type: 'text', text: part.text } : part;
}

function systemPart(part: DecodedPart, at: string): Extract<DecodedPart, { type: 'text' }> {
  if (part.type !== 'text') throw invalidFault('A system message has texts only.', `${at}.content`);
  return part;
}
