import { parseObject } from '#kernel/json.ts';
import type {
  AssistantPart,
  ChatMessage,
  Foreign,
  ToolCallPart,
  ToolResultPart,
  UserPart,
} from '../../chat/content.ts';
import { NoPlace } from '../../format.ts';
import { RawJson } from '../../json/write-json.ts';
import type { Unplaced } from '../../translate/unplaced.ts';
import { WRAPPED_FIELD } from '../../translate/unwrap-tool-input.ts';
import type { ToolNames } from '../tool-names.ts';
import type { WrittenContent, WrittenPart } from './content.ts';
import { type Encodable, encodeAudio, encodeFile, encodeImage } from './encode-media.ts';
import { FORMAT } from './format-name.ts';
import type { ModelTraits } from './model-traits.ts';

export interface ContentContext {
  readonly names: ToolNames;
  readonly traits: ModelTraits;
  readonly unplaced: Unplaced;
}

export interface EncodedContents {
  readonly system: readonly WrittenPart[];
  readonly contents: readonly WrittenContent[];
}

/** What stands for the user before a model's first words. */
const OPENING = '.';

/**
 * Stands for a signature that is not known, as of a call that another model made. The API takes it in its place, and refuses a call of
 * the current turn without any. https://ai.google.dev/gemini-api/docs/thought-signatures
 */
export const NO_SIGNATURE = 'skip_thought_signature_validator';

/** A conversation as Gemini takes it: all system messages in `systemInstruction`, the two roles by turns. Throws `NoPlace`. */
export function encodeContents(messages: readonly ChatMessage[], context: ContentContext): EncodedContents {
  const system: WrittenPart[] = [];
  const contents: WrittenContent[] = [];
  const calls = new Map<string, string>();
  for (const message of messages) {
    if (message.role === 'system') {
      for (const part of message.content) system.push(...plainParts(part, message.at, context));
    } else if (message.role === 'user') {
      append(contents, 'user', message.at, userParts(message.content, message.at, calls, context));
    } else {
      append(contents, 'model', message.at, modelParts(message.content, message.at, calls, context));
    }
  }
  const [first] = contents;
  if (first === undefined)
    throw new NoPlace('messages', 'at least one message beside those of the system has to have content');
  if (first.role === 'model') contents.unshift({ role: 'user', parts: [{ text: OPENING }], at: first.at });
  return { system, contents };
}

function append(
  contents: WrittenContent[],
  role: WrittenContent['role'],
  at: string,
  parts: readonly WrittenPart[],
): void {
  if (parts.length === 0) return;
  const last = contents.at(-1);
  if (last?.role === role) last.parts.push(...parts);
  else contents.push({ role, parts: [...parts], at });
}

/** The results of tools come first: they have to stand right behind their calls. */
function userParts(
  content: readonly UserPart[],
  at: string,
  calls: ReadonlyMap<string, string>,
  context: ContentContext,
): readonly WrittenPart[] {
  const results: WrittenPart[] = [];
  const said: WrittenPart[] = [];
  for (const part of content) {
    if (part.type === 'tool-result') results.push(...encodeResult(part, at, calls, context));
    else said.push(...plainParts(part, at, context));
  }
  return [...results, ...said];
}

/** Signatures stand on the part that they came with: on the next call, else on the text before them. */
function modelParts(
  content: readonly AssistantPart[],
  at: string,
  calls: Map<string, string>,
  context: ContentContext,
): readonly WrittenPart[] {
  const parts: WrittenPart[] = [];
  let signature: string | undefined;
  let hasSigned = false;
  for (const part of content) {
    if (part.type === 'reasoning') {
      // Thoughts themselves are not taken back.
      if (part.proof?.format === FORMAT && part.proof.kind === 'signature') signature = part.proof.value;
    } else if (part.type === 'tool-call') {
      calls.set(part.id, part.name);
      // The first call of a step has the signature; those made beside it have none.
      const needed = context.traits.needsSignatures && !hasSigned ? NO_SIGNATURE : undefined;
      parts.push({ ...encodeCall(part, at, context), thoughtSignature: signature ?? needed });
      hasSigned = true;
      signature = undefined;
    } else {
      const written = plainParts(part, at, context);
      parts.push(...(signature === undefined ? written : signed(written, signature)));
      if (written.length > 0) signature = undefined;
    }
  }
  return parts;
}

function signed(parts: readonly WrittenPart[], thoughtSignature: string): readonly WrittenPart[] {
  return parts.map((part, at) => (at > 0 || part instanceof RawJson ? part : { ...part, thoughtSignature }));
}

function plainParts(
  part: Exclude<UserPart | AssistantPart, ToolCallPart | ToolResultPart>,
  at: string,
  context: ContentContext,
): readonly WrittenPart[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ text: part.text }];
    case 'refusal':
      return part.text === '' ? [] : [{ text: part.text }];
    case 'reasoning':
      return [];
    case 'image':
      return placed(encodeImage(part), at, context);
    case 'audio':
      return placed(encodeAudio(part), at, context);
    case 'file':
      return placed(encodeFile(part), at, context);
    case 'foreign':
      return encodeForeign(part, at, context);
  }
}

function encodeForeign(part: Foreign, at: string, context: ContentContext): readonly WrittenPart[] {
  if (part.format === FORMAT) return [new RawJson(part.json)];
  return placed({ why: `Gemini has no '${part.what}'` }, at, context);
}

function placed(encodable: Encodable, at: string, { unplaced }: ContentContext): readonly WrittenPart[] {
  if ('part' in encodable) return [encodable.part];
  unplaced.leaveOut(at, encodable.why);
  return [];
}

function encodeCall(part: ToolCallPart, at: string, { names }: ContentContext): Readonly<Record<string, unknown>> {
  const name = names.sent(part.name);
  if (part.kind === 'custom') return { functionCall: { id: part.id, name, args: { [WRAPPED_FIELD]: part.input } } };
  const input = part.input.trim() === '' ? '{}' : part.input;
  if (parseObject(input) === null)
    throw new NoPlace(at, `the input of the call of '${part.name}' is not a JSON object`);
  return { functionCall: { id: part.id, name, args: new RawJson(input) } };
}

/** A result is an object; a text becomes its `output`, or its `error`. Pictures stand behind it. */
function encodeResult(
  part: ToolResultPart,
  at: string,
  calls: ReadonlyMap<string, string>,
  context: ContentContext,
): readonly WrittenPart[] {
  const called = calls.get(part.callId);
  if (called === undefined) throw new NoPlace(at, `there is no call '${part.callId}' that it is the result of`);
  const text = part.content.map((each) => (each.type === 'text' ? each.text : '')).join('');
  const rest = part.content.flatMap((each) => (each.type === 'text' ? [] : plainParts(each, at, context)));
  const isObject = part.isError !== true && text.trimStart().startsWith('{') && parseObject(text) !== null;
  const response = isObject ? new RawJson(text) : { [part.isError === true ? 'error' : 'output']: text };
  return [{ functionResponse: { id: part.callId, name: context.names.sent(called), response } }, ...rest];
}
