import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type {
  AssistantPart,
  ChatMessage,
  Foreign,
  MediaSource,
  TextPart,
  ToolResultPart,
  UserPart,
} from '../../chat/content.ts';
import { fieldOf } from './fields.ts';
import { FORMAT } from './format-name.ts';
import { refuse } from './refuse.ts';

/** `systemInstruction`: a content, or its text alone. */
export function decodeSystem(instruction: unknown): ChatMessage[] {
  if (instruction === undefined || instruction === null || instruction === '') return [];
  const at = 'systemInstruction';
  const content = typeof instruction === 'string' ? { parts: [{ text: instruction }] } : asObject(instruction);
  if (content === null) throw refuse(at, 'The system instruction has to be a content.');
  const parts = partsOf(content, at).map((part): TextPart | Foreign =>
    typeof part['text'] === 'string' ? { type: 'text', text: part['text'] } : foreign(part),
  );
  return parts.length === 0 ? [] : [{ role: 'system', spelling: 'system', content: parts, at }];
}

/** The conversation. Calls and their results get ids where they have none: a result is of the first open call of its name. */
export function decodeContents(contents: readonly unknown[]): ChatMessage[] {
  const calls = createCallIds();
  return contents.flatMap((value, index): ChatMessage[] => {
    const at = `contents[${index}]`;
    const content = asObject(value);
    if (content === null) throw refuse(at, 'A content has to be an object.');
    const parts = partsOf(content, at);
    if (content['role'] === 'model') {
      const decoded = parts.flatMap((part) => modelParts(part, calls));
      return decoded.length === 0 ? [] : [{ role: 'assistant', content: decoded, at }];
    }
    const decoded = parts.flatMap((part, place) => userPart(part, `${at}.parts[${place}]`, calls));
    const isResult = ({ type }: UserPart): boolean => type === 'tool-result';
    const ordered = [...decoded.filter(isResult), ...decoded.filter((part) => !isResult(part))];
    return ordered.length === 0 ? [] : [{ role: 'user', content: ordered, at }];
  });
}

interface CallIds {
  called(name: string, id: unknown): string;
  /** undefined: no call of this name is open. */
  answered(name: string, id: unknown): string | undefined;
}

function createCallIds(): CallIds {
  const open: { readonly name: string; readonly id: string }[] = [];
  let made = 0;
  return {
    called(name, given) {
      const id = typeof given === 'string' && given !== '' ? given : `call_${made}`;
      made += 1;
      open.push({ name, id });
      return id;
    },
    answered(name, given) {
      const byId = typeof given === 'string' && given !== '' ? open.findIndex(({ id }) => id === given) : -1;
      const at = byId === -1 ? open.findIndex((call) => call.name === name) : byId;
      const [call] = at === -1 ? [] : open.splice(at, 1);
      return call?.id;
    },
  };
}

function partsOf(content: JsonObject, at: string): readonly JsonObject[] {
  return asArray(content['parts']).map((part, index) => {
    const object = asObject(part);
    if (object === null) throw refuse(`${at}.parts[${index}]`, 'A part has to be an object.');
    return object;
  });
}

function userPart(part: JsonObject, at: string, calls: CallIds): UserPart[] {
  const response = asObject(fieldOf(part, 'functionResponse'));
  if (response !== null) return [decodeResult(response, at, calls)];
  const { text } = part;
  if (typeof text === 'string') return text === '' ? [] : [{ type: 'text', text }];
  const inline = asObject(fieldOf(part, 'inlineData'));
  return [inline === null ? foreign(part) : decodeInline(inline)];
}

function modelParts(part: JsonObject, calls: CallIds): AssistantPart[] {
  const signature = fieldOf(part, 'thoughtSignature');
  const proof: AssistantPart[] =
    typeof signature === 'string' && signature !== ''
      ? [{ type: 'reasoning', text: '', proof: { format: FORMAT, kind: 'signature', value: signature } }]
      : [];
  const call = asObject(fieldOf(part, 'functionCall'));
  if (call !== null) {
    const name = String(call['name'] ?? '');
    const input = JSON.stringify(call['args'] ?? {});
    return [...proof, { type: 'tool-call', id: calls.called(name, call['id']), name, kind: 'function', input }];
  }
  const { text } = part;
  if (typeof text === 'string') {
    if (part['thought'] === true) return [{ type: 'reasoning', text }];
    return [...(text === '' ? [] : [{ type: 'text', text } as const]), ...proof];
  }
  const inline = asObject(fieldOf(part, 'inlineData'));
  const media = inline === null ? null : decodeInline(inline);
  return [media?.type === 'image' || media?.type === 'audio' ? media : foreign(part), ...proof];
}

function decodeInline(inline: JsonObject): Exclude<UserPart, ToolResultPart | TextPart> {
  const mediaType = String(fieldOf(inline, 'mimeType') ?? '')
    .trim()
    .toLowerCase();
  const data = String(inline['data'] ?? '');
  if (mediaType.startsWith('audio/')) return { type: 'audio', encoding: encodingOf(mediaType), data };
  const source: MediaSource = { kind: 'base64', mediaType, data };
  if (mediaType.startsWith('image/')) return { type: 'image', source };
  if (mediaType.startsWith('video/')) return foreign({ inlineData: inline });
  return { type: 'file', source };
}

const encodings: Readonly<Record<string, string>> = { 'audio/mpeg': 'mp3', 'audio/x-wav': 'wav', 'audio/wave': 'wav' };

function encodingOf(mediaType: string): string {
  const plain = mediaType.split(';', 1)[0] ?? '';
  return encodings[plain] ?? plain.slice('audio/'.length);
}

function decodeResult(response: JsonObject, at: string, calls: CallIds): ToolResultPart {
  const name = String(response['name'] ?? '');
  const callId = calls.answered(name, response['id']);
  if (callId === undefined) {
    throw refuse(`${at}.functionResponse`, `There is no call of '${name}' before it that has no response yet.`);
  }
  const given = asObject(response['response']) ?? {};
  const pictures = asArray(response['parts']).flatMap((inner) => {
    const inline = asObject(fieldOf(asObject(inner), 'inlineData'));
    const media = inline === null ? null : decodeInline(inline);
    return media?.type === 'image' || media?.type === 'file' ? [media] : [];
  });
  return {
    type: 'tool-result',
    callId,
    kind: 'function',
    content: [{ type: 'text', text: textOf(given) }, ...pictures],
    ...(given['error'] !== undefined && { isError: true }),
  };
}

/** A result that is one text, by the names that Google's documents give it, is that text; else the object. */
function textOf(given: JsonObject): string {
  const [entry, ...rest] = Object.entries(given);
  const isText = entry !== undefined && rest.length === 0 && ['output', 'result', 'error'].includes(entry[0]);
  return isText && typeof entry[1] === 'string' ? entry[1] : JSON.stringify(given);
}

function foreign(part: JsonObject): Foreign {
  const what = Object.keys(part)[0] ?? 'part';
  return { type: 'foreign', format: FORMAT, what, json: JSON.stringify(part) };
}
