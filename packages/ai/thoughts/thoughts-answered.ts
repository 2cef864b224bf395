import { asObject, type JsonObject } from '#kernel/json.ts';
import type { FrontFormatName } from '../format.ts';
import type { JsonPath } from './strings-at.ts';

/** Where an answer, or an event of a stream, has sealed thoughts. */
interface ThoughtsAnswered {
  /** Bytes without any of these have none. */
  readonly words: readonly string[];
  /** Paths of strings; `*` is any place in an array. */
  readonly paths: readonly (readonly string[])[];
  /** What a string's object may be; null: anything. */
  readonly types: Readonly<Record<string, readonly unknown[]>> | null;
}

const places: Readonly<Partial<Record<FrontFormatName, ThoughtsAnswered>>> = {
  'openai-responses': {
    words: ['encrypted_content'],
    paths: pathsOf('item.encrypted_content response.output.*.encrypted_content output.*.encrypted_content'),
    types: { encrypted_content: ['reasoning'] },
  },
  'anthropic-messages': {
    words: ['"signature"', 'redacted_thinking'],
    paths: pathsOf('delta.signature content_block.signature content_block.data content.*.signature content.*.data'),
    types: { signature: ['thinking', 'signature_delta'], data: ['redacted_thinking'] },
  },
  'gemini-generate': {
    words: ['thoughtSignature'],
    paths: pathsOf('candidates.*.content.parts.*.thoughtSignature'),
    types: null,
  },
  'openai-chat': {
    words: ['reasoning_details'],
    paths: ['message', 'delta'].flatMap((said) =>
      pathsOf(`choices.*.${said}.reasoning_details.*.signature choices.*.${said}.reasoning_details.*.data`),
    ),
    types: null,
  },
};

/** undefined: answers of the format have no thoughts. */
export function thoughtsAnswered(format: FrontFormatName): ThoughtsAnswered | undefined {
  return places[format];
}

/** Whether a string of a document, or of an event's data, is sealed thoughts. */
export function isSealedAt({ paths, types }: ThoughtsAnswered, document: JsonObject, path: JsonPath): boolean {
  if (!paths.some((wanted) => fits(path, wanted))) return false;
  const holder = asObject(at(document, path.slice(0, -1)));
  const name = String(path.at(-1));
  const sealed = holder?.[name];
  if (typeof sealed !== 'string' || sealed === '') return false;
  return types === null || types[name]?.includes(holder?.['type']) === true;
}

function fits(path: JsonPath, wanted: readonly string[]): boolean {
  if (path.length !== wanted.length) return false;
  return wanted.every((name, index) => (name === '*' ? typeof path[index] === 'number' : path[index] === name));
}

function at(document: JsonObject, path: JsonPath): unknown {
  let value: unknown = document;
  for (const step of path) value = (value as Readonly<Record<string | number, unknown>> | null | undefined)?.[step];
  return value;
}

function pathsOf(text: string): readonly (readonly string[])[] {
  return text.split(' ').map((path) => path.split('.'));
}
