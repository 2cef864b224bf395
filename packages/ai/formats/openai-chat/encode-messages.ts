import type {
  AssistantPart,
  ChatMessage,
  Foreign,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  UserPart,
} from '../../chat/content.ts';
import { NoPlace } from '../../format.ts';
import { WRAPPED_FIELD } from '../../translate/unwrap-tool-input.ts';
import { encodeForeign, encodePart } from './encode-part.ts';
import type { Encoding, Fields } from './encoding.ts';

/** A conversation as messages of this format. */
export function encodeMessages(messages: readonly ChatMessage[], encoding: Encoding): Fields[] {
  const encoded: Fields[] = [];
  for (const message of messages) {
    if (message.role === 'assistant') encoded.push(...assistantMessage(message, encoding));
    else if (message.role === 'system') encoded.push(systemMessage(message, encoding));
    else encoded.push(...userMessages(message, encoding));
  }
  return encoded;
}

function systemMessage(message: Extract<ChatMessage, { role: 'system' }>, encoding: Encoding): Fields {
  const { spelling, content, name, at } = message;
  // Hardly anyone but OpenAI knows developers.
  const role = encoding.target.rules.takesNewest === true ? spelling : 'system';
  return { role, content: someContentOf(content, at, encoding), name };
}

/** The results of tools are messages of their own, before what the user says. */
function userMessages({ content, name, at }: Extract<ChatMessage, { role: 'user' }>, encoding: Encoding): Fields[] {
  const messages: Fields[] = [];
  const said: Exclude<UserPart, ToolResultPart>[] = [];
  for (const part of content) {
    if (part.type !== 'tool-result') {
      said.push(part);
      continue;
    }
    const { message, shown } = resultMessage(part, at, encoding);
    messages.push(message);
    said.push(...shown);
  }
  if (messages.length === 0) return [{ role: 'user', content: someContentOf(said, at, encoding), name }];
  const shown = contentOf(said, at, encoding);
  if (shown.length > 0) messages.push({ role: 'user', content: shown, name });
  return messages;
}

/** `shown`: pictures and documents of a result, which only a user's message takes. */
function resultMessage(
  { callId, content }: ToolResultPart,
  at: string,
  encoding: Encoding,
): { message: Fields; shown: ToolResultPart['content'] } {
  const texts: (TextPart | Foreign)[] = [];
  const shown: ToolResultPart['content'][number][] = [];
  const id = encoding.names.id(callId);
  for (const part of content) {
    if (part.type === 'text' || part.type === 'foreign') texts.push(part);
    else shown.push(part);
  }
  if (shown.length > 0) {
    texts.push({ type: 'text', text: 'The next message of the user shows what belongs to this result.' });
    shown.unshift({ type: 'text', text: `This belongs to the result of the call ${id}:` });
  }
  return { message: { role: 'tool', tool_call_id: id, content: someContentOf(texts, at, encoding) }, shown };
}

type Content = readonly Exclude<UserPart, ToolResultPart>[];

/** As `contentOf`. Throws `NoPlace` where all of it was left out: an empty message says something else than its client did. */
function someContentOf(content: Content, at: string, encoding: Encoding): string | readonly unknown[] {
  const encoded = contentOf(content, at, encoding);
  if (content.length > 0 && Array.isArray(encoded) && encoded.length === 0) {
    throw new NoPlace(at, 'nothing of it would be left');
  }
  return encoded;
}

/** One text as it is, which every provider takes; else the parts. */
function contentOf(content: Content, at: string, encoding: Encoding): string | readonly unknown[] {
  const [first] = content;
  if (first === undefined) return '';
  if (content.length === 1 && first.type === 'text') {
    const part = encodePart(first, at, encoding);
    return Object.keys(part as object).length > 2 ? [part] : first.text;
  }
  return content
    .map((part, place) => encodePart(part, `${at}.content[${place}]`, encoding))
    .filter((part) => part !== null);
}

/** None where everything of it was left out: what the model had a provider do for it, and said nothing. */
function assistantMessage(message: Extract<ChatMessage, { role: 'assistant' }>, encoding: Encoding): Fields[] {
  const { content, name, at } = message;
  const fields: Fields = { role: 'assistant', content: null, name };
  const texts: string[] = [];
  const refusals: string[] = [];
  const thoughts: ReasoningPart[] = [];
  const calls: Fields[] = [];
  for (const [place, part] of content.entries()) {
    if (part.type === 'text') texts.push(part.text);
    else if (part.type === 'refusal') refusals.push(part.text);
    else if (part.type === 'reasoning') thoughts.push(part);
    else if (part.type === 'tool-call') calls.push(callOf(part, encoding));
    else placeOther(fields, part, `${at}.content[${place}]`, encoding);
  }
  if (texts.length > 0) fields['content'] = texts.join('');
  if (refusals.length > 0) fields['refusal'] = refusals.join('');
  if (calls.length > 0) fields['tool_calls'] = calls;
  const { reasoningField } = encoding.target.rules;
  const thought = thoughts.map(({ text }) => text).join('\n\n');
  if (reasoningField !== undefined && thought !== '') fields[reasoningField] = thought;
  const wasLeftOut = content.length > 0 && content.every(({ type }) => others.has(type));
  if (wasLeftOut && fields['audio'] === undefined) return [];
  // An empty message is one, too, but null is for those that call tools.
  if (texts.length === 0 && refusals.length === 0 && calls.length === 0) fields['content'] = '';
  return [fields];
}

/** Parts that are no words, thoughts or calls. */
const others: ReadonlySet<AssistantPart['type']> = new Set(['image', 'audio', 'foreign'] as const);

type OtherPart = Exclude<AssistantPart, TextPart | ReasoningPart | ToolCallPart | { type: 'refusal' }>;

/** What an answer had beside text: its sound by its id, which is this format's own. */
function placeOther(fields: Fields, part: OtherPart, at: string, encoding: Encoding): void {
  if (part.type !== 'foreign') {
    encoding.unplaced.leaveOut(at, 'a provider of chat takes no pictures and sounds in what the model said');
    return;
  }
  const json = encodeForeign(part, at, encoding);
  if (json !== null && part.what.endsWith('.audio')) fields['audio'] = json;
  else if (json !== null) encoding.unplaced.leaveOut(at, 'it has no place in what the model said');
}

function callOf({ id, name, kind, input }: ToolCallPart, { names, target }: Encoding): Fields {
  const sent = names.name(name);
  if (kind === 'custom' && target.rules.takesNewest === true) {
    return { id: names.id(id), type: 'custom', custom: { name: sent, input } };
  }
  const written = kind === 'custom' ? JSON.stringify({ [WRAPPED_FIELD]: input }) : input;
  // Some providers parse it, and refuse what is no JSON.
  return { id: names.id(id), type: 'function', function: { name: sent, arguments: written === '' ? '{}' : written } };
}
