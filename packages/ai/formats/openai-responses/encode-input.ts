import type { AssistantPart, ChatMessage, Foreign, TextPart, UserPart } from '../../chat/content.ts';
import { NoPlace } from '../../format.ts';
import { RawJson } from '../../json/write-json.ts';
import type { Unplaced } from '../../translate/unplaced.ts';
import { encodeCall, encodeResult, encodeThoughts } from './encode-items.ts';
import { breakpointOf, encodeMedia, encodeTextPart } from './encode-media.ts';
import { FORMAT } from './format-name.ts';
import type { ToolNames } from './tool-names.ts';

export interface EncodedInput {
  /** The system message that comes first, if it is one plain text. */
  readonly instructions: string | undefined;
  readonly input: readonly unknown[];
}

export interface InputContext {
  readonly unplaced: Unplaced;
  readonly names: ToolNames;
}

/** A conversation as items: messages, calls, results and thoughts each stand by themselves. */
export function encodeInput(messages: readonly ChatMessage[], context: InputContext): EncodedInput {
  const [first, second] = messages;
  // A request without input is refused.
  const instructions = first === undefined || second === undefined ? undefined : plainInstructions(first);
  const rest = instructions === undefined ? messages : messages.slice(1);
  return { instructions, input: rest.flatMap((message) => encodeMessage(message, context)) };
}

function plainInstructions(message: ChatMessage): string | undefined {
  if (message.role !== 'system' || message.spelling !== 'system' || message.content.length !== 1) return undefined;
  const [part] = message.content;
  const isPlain = part?.type === 'text' && part.text !== '' && breakpointOf(part.cacheMark) === undefined;
  return isPlain ? part.text : undefined;
}

function encodeMessage(message: ChatMessage, context: InputContext): unknown[] {
  switch (message.role) {
    case 'system':
      return some(encodeSystem(message, context.unplaced), message);
    case 'user':
      return some(encodeUser(message, context.unplaced), message);
    case 'assistant':
      return encodeAssistant(message, context);
  }
}

/** Throws `NoPlace` where all of a message was left out: the conversation would say something else than its client did. */
function some(items: unknown[], { content, at }: ChatMessage): unknown[] {
  if (items.length === 0 && content.length > 0) throw new NoPlace(at, 'nothing of it would be left');
  return items;
}

function encodeSystem(message: Extract<ChatMessage, { role: 'system' }>, unplaced: Unplaced): unknown[] {
  const content = message.content.flatMap((part) =>
    part.type === 'text' ? [encodeTextPart(part, 'input_text')] : encodeForeign(part, message.at, unplaced),
  );
  return content.length === 0 ? [] : [{ type: 'message', role: message.spelling, content }];
}

/** Parts between two results are a message. */
function encodeUser(message: Extract<ChatMessage, { role: 'user' }>, unplaced: Unplaced): unknown[] {
  const items: unknown[] = [];
  let content: unknown[] = [];
  const endMessage = () => {
    if (content.length > 0) items.push({ type: 'message', role: 'user', content });
    content = [];
  };
  for (const part of message.content) {
    if (part.type === 'tool-result' || part.type === 'foreign') {
      endMessage();
      items.push(
        ...(part.type === 'foreign'
          ? encodeForeign(part, message.at, unplaced)
          : [encodeResult(part, message.at, unplaced)]),
      );
    } else content.push(...encodeUserPart(part, message.at, unplaced));
  }
  endMessage();
  return items;
}

type ContentOf<P> = Exclude<P, { type: 'tool-result' | 'foreign' }>;

function encodeUserPart(part: ContentOf<UserPart>, at: string, unplaced: Unplaced): unknown[] {
  if (part.type === 'text') return [encodeTextPart(part, 'input_text')];
  if (part.type === 'audio') {
    return [{ type: 'input_audio', input_audio: { data: part.data, format: part.encoding } }];
  }
  return encodeMedia(part, `${at}.content`, unplaced);
}

/** Texts in a row are one message; thoughts and calls are items of their own. */
function encodeAssistant(message: Extract<ChatMessage, { role: 'assistant' }>, context: InputContext): unknown[] {
  const items: unknown[] = [];
  let content: unknown[] = [];
  const endMessage = () => {
    if (content.length > 0) items.push({ type: 'message', role: 'assistant', content, phase: message.phase });
    content = [];
  };
  const thoughts = encodeThoughts((item) => items.push(item));
  for (const part of message.content) {
    if (part.type === 'reasoning') {
      endMessage();
      thoughts.add(part);
      continue;
    }
    thoughts.end();
    const text = answerText(part);
    if (text !== null) {
      content.push(text);
      continue;
    }
    endMessage();
    items.push(...encodeAnswerItem(part, message.at, context));
  }
  endMessage();
  return items;
}

function answerText(part: AssistantPart): unknown {
  if (part.type === 'text') return encodeAnswerText(part);
  return part.type === 'refusal' ? { type: 'refusal', refusal: part.text } : null;
}

function encodeAnswerText({ text, citations }: TextPart) {
  const annotations = citations?.format === FORMAT ? new RawJson(citations.json) : undefined;
  return { type: 'output_text', text, annotations: annotations ?? [] };
}

function encodeAnswerItem(part: AssistantPart, at: string, { unplaced, names }: InputContext): unknown[] {
  if (part.type === 'tool-call') return [encodeCall(part, names)];
  if (part.type === 'foreign') return encodeForeign(part, at, unplaced);
  unplaced.leaveOut(`${at}.content`, `Responses has no ${part.type} in an answer`);
  return [];
}

function encodeForeign(part: Foreign, at: string, unplaced: Unplaced): RawJson[] {
  if (part.format === FORMAT) return [new RawJson(part.json)];
  unplaced.leaveOut(`${at}.content`, `Responses has no '${part.what}'`);
  return [];
}
