import type {
  AssistantPart,
  Foreign,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  UserPart,
} from '../../chat/content.ts';
import { RawJson } from '../../json/write-json.ts';
import type { Unplaced } from '../../translate/unplaced.ts';
import { WRAPPED_FIELD } from '../../translate/unwrap-tool-input.ts';
import type { ToolNames } from '../tool-names.ts';
import { type Entry, plainEntry } from '../turn.ts';
import { encodeCacheMark } from './cache-mark.ts';
import { type Block, type Encodable, encodeFile, encodeImage } from './encode-media.ts';
import { FORMAT } from './format-name.ts';
import type { InputReader } from './tool-input.ts';

export interface ContentContext {
  readonly names: ToolNames;
  readonly unplaced: Unplaced;
  readonly readInput: InputReader;
}

const blank = /^\s*$/;

/** A part as blocks: none for a text of white space, which Anthropic refuses, and for what may be left out. */
export function encodePart(part: UserPart | AssistantPart, at: string, context: ContentContext): readonly Entry[] {
  switch (part.type) {
    case 'tool-call':
      return [{ block: encodeCall(part, at, context), link: 'call', callId: part.id, at }];
    case 'tool-result':
      return [{ block: encodeResult(part, at, context), link: 'result', callId: part.callId, at }];
    default:
      return plainBlocks(part, at, context).map((block) => plainEntry(block, at));
  }
}

function plainBlocks(
  part: Exclude<UserPart | AssistantPart, ToolCallPart | ToolResultPart>,
  at: string,
  context: ContentContext,
): readonly (Block | RawJson)[] {
  switch (part.type) {
    case 'text':
      return encodeText(part);
    case 'refusal':
      return encodeText({ type: 'text', text: part.text });
    case 'reasoning':
      return encodeReasoning(part);
    case 'image':
      return placed(encodeImage(part), at, context);
    case 'file':
      return placed(encodeFile(part), at, context);
    case 'audio':
      return placed({ why: 'Messages has no sound' }, at, context);
    case 'foreign':
      return encodeForeign(part, at, context);
  }
}

/** Sources of a text go with it where they are this format's own; they say nothing that the text does not. */
function encodeText({ text, cacheMark, citations }: TextPart): Block[] {
  if (blank.test(text)) return [];
  const sources = citations?.format === FORMAT ? new RawJson(citations.json) : undefined;
  return [{ type: 'text', text, citations: sources, cache_control: encodeCacheMark(cacheMark) }];
}

/** Thoughts go back with the proof that Anthropic gave for them. Without one the API refuses them, so they stay behind. */
function encodeReasoning({ text, proof }: ReasoningPart): Block[] {
  if (proof?.format !== FORMAT || proof.value === '') return [];
  if (proof.kind === 'redacted') return [{ type: 'redacted_thinking', data: proof.value }];
  return proof.kind === 'signature' ? [{ type: 'thinking', thinking: text, signature: proof.value }] : [];
}

function encodeCall(part: ToolCallPart, at: string, { names, readInput }: ContentContext): Block {
  const isWrapped = part.kind === 'custom';
  return {
    type: 'tool_use',
    id: part.id,
    name: names.sent(part.name),
    input: isWrapped ? { [WRAPPED_FIELD]: part.input } : new RawJson(readInput(part.input, part.name, at)),
    cache_control: encodeCacheMark(part.cacheMark),
  };
}

function encodeResult(part: ToolResultPart, at: string, context: ContentContext): Block {
  const content = part.content.flatMap((inner) => plainBlocks(inner, at, context));
  return {
    type: 'tool_result',
    tool_use_id: part.callId,
    content: content.length > 0 ? content : undefined,
    is_error: part.isError === true ? true : undefined,
    cache_control: encodeCacheMark(part.cacheMark),
  };
}

function encodeForeign(part: Foreign, at: string, context: ContentContext): readonly (Block | RawJson)[] {
  if (part.format === FORMAT) return [new RawJson(part.json)];
  return placed({ why: `Messages has no '${part.what}'` }, at, context);
}

function placed(encodable: Encodable, at: string, { unplaced }: ContentContext): Block[] {
  if ('block' in encodable) return [encodable.block];
  unplaced.leaveOut(`${at}.content`, encodable.why);
  return [];
}
