import type {
  AssistantPart,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  UserPart,
} from '../../chat/content.ts';
import { RawJson } from '../../json/write-json.ts';
import type { Unplaced } from '../../translate/unplaced.ts';
import { WRAPPED_FIELD } from '../../translate/unwrap-tool-input.ts';
import type { InputReader } from '../anthropic-messages/tool-input.ts';
import type { ToolNames } from '../tool-names.ts';
import { type Entry, plainEntry } from '../turn.ts';
import { cachePoint } from './cache-points.ts';
import type { DocumentNames } from './document-names.ts';
import { type Block, type Encodable, encodeAudio, encodeFile, encodeImage } from './encode-media.ts';
import { FORMAT } from './format-name.ts';
import type { ModelTraits } from './model-traits.ts';

export interface ContentContext {
  readonly traits: ModelTraits;
  readonly names: ToolNames;
  readonly documents: DocumentNames;
  readonly unplaced: Unplaced;
  readonly readInput: InputReader;
}

const blank = /^\s*$/;

/** Stands for the result of a tool that gave nothing: Amazon wants some text in it. */
const NOTHING = '.';

/** A part as blocks: none for a text of white space, which Amazon refuses, and for what may be left out. */
export function encodePart(part: UserPart | AssistantPart, at: string, context: ContentContext): readonly Entry[] {
  if (part.type === 'tool-call') {
    const call = { block: encodeCall(part, at, context), link: 'call', callId: part.id, at } as const;
    return [call, ...points(part.cacheMark, at, context)];
  }
  if (part.type === 'tool-result') {
    const result = { block: encodeResult(part, at, context), link: 'result', callId: part.callId, at } as const;
    return [result, ...points(part.cacheMark ?? markWithin(part), at, context)];
  }
  const blocks = plainBlocks(part, at, context);
  const mark = blocks.length > 0 && 'cacheMark' in part ? part.cacheMark : undefined;
  return [...blocks.map((block) => plainEntry(block, at)), ...points(mark, at, context)];
}

function points(mark: string | undefined, at: string, { traits }: ContentContext): readonly Entry[] {
  return cachePoint(mark, traits).map((block) => plainEntry(block, at));
}

/** Within a result there are no points: its last mark stands behind it. */
function markWithin({ content }: ToolResultPart): string | undefined {
  return content
    .map((each) => ('cacheMark' in each ? each.cacheMark : undefined))
    .findLast((mark) => mark !== undefined);
}

type PlainPart = Exclude<UserPart | AssistantPart, ToolCallPart | ToolResultPart>;

function plainBlocks(part: PlainPart, at: string, context: ContentContext): readonly Block[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return encodeText(part);
    case 'reasoning':
      return encodeReasoning(part, context);
    case 'image':
      return placed(encodeImage(part), at, context);
    case 'file':
      return placed(encodeFile(part, context.documents, context.traits), at, context);
    case 'audio':
      return placed(encodeAudio(part), at, context);
    case 'foreign':
      return placed({ why: `Converse has no '${part.what}'` }, at, context);
  }
}

function encodeText({ text }: Pick<TextPart, 'text'>): Block[] {
  return blank.test(text) ? [] : [{ text }];
}

/** Thoughts go back with the proof that Amazon gave for them, to models that sign. Without one they stay behind. */
function encodeReasoning({ text, proof }: ReasoningPart, { traits }: ContentContext): Block[] {
  if (proof?.format !== FORMAT || proof.value === '' || !traits.takesThoughts) return [];
  if (proof.kind === 'redacted') return [{ reasoningContent: { redactedContent: proof.value } }];
  return proof.kind === 'signature' ? [{ reasoningContent: { reasoningText: { text, signature: proof.value } } }] : [];
}

/** The ids of calls and results come later, when the whole conversation is known. */
function encodeCall(part: ToolCallPart, at: string, { names, readInput }: ContentContext): Block {
  const input =
    part.kind === 'custom' ? { [WRAPPED_FIELD]: part.input } : new RawJson(readInput(part.input, part.name, at));
  return { toolUse: { toolUseId: part.id, name: names.sent(part.name), input } };
}

/** A text stays a text, JSON or not: the model reads what the tool wrote. */
function encodeResult(part: ToolResultPart, at: string, context: ContentContext): Block {
  const content = part.content.flatMap((inner) => plainBlocks(inner, at, context));
  const isError = part.isError === true;
  const { takesResultStatus } = context.traits;
  // Elsewhere there is no place for it, and the model would take the text for a success.
  if (isError && !takesResultStatus) content.unshift({ text: 'The tool failed:' });
  return {
    toolResult: {
      toolUseId: part.callId,
      content: content.length > 0 ? content : [{ text: NOTHING }],
      status: isError && takesResultStatus ? 'error' : undefined,
    },
  };
}

function placed(encodable: Encodable, at: string, { unplaced }: ContentContext): Block[] {
  if ('block' in encodable) return [encodable.block];
  unplaced.leaveOut(`${at}.content`, encodable.why);
  return [];
}
