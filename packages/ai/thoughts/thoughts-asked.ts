import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { FrontFormatName } from '../format.ts';

/** Gives what stands in the place of sealed thoughts; null: they are left out. */
export type TakeThoughts = (sealed: string) => string | null;

/** Where a request has sealed thoughts of earlier turns. */
interface ThoughtsAsked {
  /** The field of the body. */
  readonly field: string;
  /** Its value with the thoughts taken. `unsigned`: stands for a signature that is not known; undefined: nothing has to. */
  take(value: unknown, take: TakeThoughts, unsigned: string | undefined): unknown;
}

const input: ThoughtsAsked = {
  field: 'input',
  take: (items, take) => asArray(items).flatMap((item) => holderOf(item, 'encrypted_content', ['reasoning'], take)),
};

const places: Readonly<Partial<Record<FrontFormatName, ThoughtsAsked>>> = {
  'openai-responses': input,
  'openai-compact': input,
  'anthropic-messages': {
    field: 'messages',
    take: (messages, take) => asArray(messages).flatMap((message) => messageOf(message, take)),
  },
  'gemini-generate': {
    field: 'contents',
    take: (contents, take, unsigned) => asArray(contents).flatMap((content) => contentOf(content, take, unsigned)),
  },
  'openai-chat': {
    field: 'messages',
    take: (messages, take) =>
      each(messages, (message) => {
        const details = message['reasoning_details'];
        if (!Array.isArray(details)) return message;
        const kept = details
          .flatMap((detail) => holderOf(detail, 'signature', null, take))
          .flatMap((detail) => holderOf(detail, 'data', null, take));
        return { ...message, reasoning_details: kept.length === 0 ? undefined : kept };
      }),
  },
};

/** undefined: requests of the format have no thoughts. */
export function thoughtsAsked(format: FrontFormatName): ThoughtsAsked | undefined {
  return places[format];
}

/** What holds sealed thoughts in a field; nothing, where these are left out. `types`: what it may be; null: anything. */
function holderOf(value: unknown, field: string, types: readonly unknown[] | null, take: TakeThoughts): unknown[] {
  const holder = asObject(value);
  const sealed = holder?.[field];
  if (typeof sealed !== 'string' || sealed === '') return [value];
  if (types !== null && !types.includes(holder?.['type'])) return [value];
  const taken = take(sealed);
  return taken === null ? [] : [taken === sealed ? value : { ...holder, [field]: taken }];
}

/** A message of thoughts alone goes with them. */
function messageOf(value: unknown, take: TakeThoughts): readonly unknown[] {
  const message = asObject(value);
  const content = message?.['content'];
  if (!Array.isArray(content)) return [value];
  const kept = content
    .flatMap((block) => holderOf(block, 'signature', ['thinking'], take))
    .flatMap((block) => holderOf(block, 'data', ['redacted_thinking'], take));
  return kept.length === 0 && content.length > 0 ? [] : [{ ...message, content: kept }];
}

/** The same of Gemini's. */
function contentOf(value: unknown, take: TakeThoughts, unsigned: string | undefined): readonly unknown[] {
  const content = asObject(value);
  const parts = content?.['parts'];
  if (!Array.isArray(parts)) return [value];
  const kept = parts.flatMap((part) => partOf(part, take, unsigned));
  return kept.length === 0 && parts.length > 0 ? [] : [{ ...content, parts: kept }];
}

/** A part keeps what it says. Streams end with an empty text that has the signature: that goes with it, since no text may be empty. */
function partOf(value: unknown, take: TakeThoughts, unsigned: string | undefined): readonly unknown[] {
  const part = asObject(value);
  const field = ['thoughtSignature', 'thought_signature'].find((name) => typeof part?.[name] === 'string');
  if (part === null || field === undefined) return [value];
  const isCall = asObject(part['functionCall'] ?? part['function_call']) !== null;
  const taken = take(String(part[field])) ?? (isCall ? unsigned : undefined);
  return taken === undefined && part['text'] === '' ? [] : [{ ...part, [field]: taken }];
}

function each(value: unknown, change: (object: JsonObject) => JsonObject): readonly unknown[] {
  return asArray(value).map((item) => {
    const object = asObject(item);
    return object === null ? item : change(object);
  });
}
