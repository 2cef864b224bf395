import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { AudioPart, FilePart, ImagePart, RefusalPart, TextPart } from '../../chat/content.ts';
import { base64Source, sourceOfUrl } from './data-url.ts';
import { FORMAT } from './format-name.ts';
import { invalidFault, objectAt, stringAt, stringOrNone, wrongTypeFault } from './wrong-field.ts';

export type DecodedPart = TextPart | ImagePart | FilePart | AudioPart | RefusalPart;

/** A message's or a tool result's content: a text, or parts of any kind. */
export function decodeContent(value: unknown, at: string): DecodedPart[] {
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }];
  if (!Array.isArray(value)) throw wrongTypeFault(at, 'a string or an array of objects', value);
  return value.map((part, index) => decodePart(objectAt(part, `${at}[${index}]`), `${at}[${index}]`));
}

function decodePart(part: JsonObject, at: string): DecodedPart {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return {
        type: 'text',
        text: stringAt(part['text'], `${at}.text`),
        ...cacheMark(part),
        ...citations(part['annotations']),
      };
    case 'input_image':
    case 'computer_screenshot':
      return decodeImage(part, at);
    case 'input_file':
      return decodeFile(part, at);
    case 'input_audio': {
      const audio = objectAt(part['input_audio'], `${at}.input_audio`);
      return {
        type: 'audio',
        encoding: stringAt(audio['format'], `${at}.input_audio.format`),
        data: stringAt(audio['data'], `${at}.input_audio.data`),
      };
    }
    case 'refusal':
      return { type: 'refusal', text: stringAt(part['refusal'], `${at}.refusal`) };
    default:
      throw invalidFault(
        `Invalid value for '${at}.type': supported values are input_text, input_image, input_file, input_audio, output_text, refusal.`,
        `${at}.type`,
      );
  }
}

function decodeImage(part: JsonObject, at: string): ImagePart {
  const detail = stringOrNone(part['detail'], `${at}.detail`);
  const rest = { ...(detail === undefined ? {} : { detail }), ...cacheMark(part) };
  const fileId = stringOrNone(part['file_id'], `${at}.file_id`);
  if (fileId !== undefined) return { type: 'image', source: { kind: 'file', fileId }, ...rest };
  // Chat's own spelling, which some clients keep.
  const url = asObject(part['image_url'])?.['url'] ?? part['image_url'];
  return { type: 'image', source: sourceOfUrl(stringAt(url, `${at}.image_url`)), ...rest };
}

function decodeFile(part: JsonObject, at: string): FilePart {
  const fileName = stringOrNone(part['filename'], `${at}.filename`);
  const rest = { ...(fileName === undefined ? {} : { fileName }), ...cacheMark(part) };
  const data = stringOrNone(part['file_data'], `${at}.file_data`);
  if (data !== undefined) return { type: 'file', source: base64Source(data, fileName), ...rest };
  const url = stringOrNone(part['file_url'], `${at}.file_url`);
  if (url !== undefined) return { type: 'file', source: sourceOfUrl(url), ...rest };
  const fileId = stringAt(part['file_id'], `${at}.file_id`);
  return { type: 'file', source: { kind: 'file', fileId }, ...rest };
}

function cacheMark(part: JsonObject): { cacheMark?: string } {
  const mark = asObject(part['prompt_cache_breakpoint']);
  return mark === null ? {} : { cacheMark: JSON.stringify(mark) };
}

function citations(value: unknown): Pick<TextPart, 'citations'> {
  const annotations = asArray(value);
  if (annotations.length === 0) return {};
  return {
    citations: { type: 'foreign', format: FORMAT, what: 'annotations', json: JSON.stringify(annotations) },
  };
}
