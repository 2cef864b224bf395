import type { AssistantPart, ChatMessage, Foreign, TextPart, UserPart } from '../../chat/content.ts';
import { RawJson } from '../../json/write-json.ts';
import { encodeCall, encodeResult, encodeThoughts } from './encode-items.ts';
import { encodeMedia, encodeTextPart } from './encode-media.ts';
import { FORMAT } from './format-name.ts';
import type { Unplaced } from './unplaced.ts';

export interface EncodedInput {
  /** The system message that comes first, if it is one plain text. */
  readonly instructions: string | undefined;
  readonly input: readonly unknown[];
}

/** A conversation as items: messages, calls, results and thoughts each stand by themselves. */
export function encodeInput(messages: readonly ChatMessage[], unplaced: Unplaced): EncodedInput {
  const [first] = messages;
  const instructions = first === undefined ? undefined : plainInstructions(first);
  const rest = instructions === undefined ? messages : messages.slice(1);
  return { instructions, input: rest.flatMap((message) => encodeMessage(message, unplaced)) };
}

function plainInstructions(message: ChatMessage): string | undefined {
  if (message.role !== 'system' || message.spelling !== 'system' || message.content.length !== 1) return undefined;
  const [part] = message.content;
  return part?.type === 'text' && part.cacheMark === undefined && part.text !== '' ? part.text : undefined;
}

function encodeMessage(message: ChatMessage, unplaced: Unplaced): unknown[] {
  switch (message.role) {
    case 'system':
      return encodeSystem(message, unplaced);
    case 'user':
      return encodeUser(message, unplaced);
    case 'assistant':
      return encodeAssistant(message, unplaced);
  }
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
function encodeAssistant(message: Extract<ChatMessage, { role: 'assistant' }>, unplaced: Unplaced): unknown[] {
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
    items.push(...encodeAnswerItem(part, message.at, unplaced));
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

function encodeAnswerItem(part: AssistantPart, at: string, unplaced: Unplaced): unknown[] {
  if (part.type === 'tool-call') return [encodeCall(part)];
  if (part.type === 'foreign') return encodeForeign(part, at, unplaced);
  unplaced.leaveOut(`${at}.content`, `Responses has no ${part.type} in an answer`);
  return [];
}

function encodeForeign(part: Foreign, at: string, unplaced: Unplaced): RawJson[] {
  if (part.format === FORMAT) return [new RawJson(part.json)];
  unplaced.leaveOut(`${at}.content`, `Responses has no '${part.what}'`);
  return [];
}
