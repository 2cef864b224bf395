import type { JsonObject } from '#kernel/json.ts';
import type { AudioPart, FilePart, Foreign, ImagePart, MediaSource, TextPart } from '../../chat/content.ts';
import { objectAt, optionalString, stringAt } from './refuse.ts';

type MediaPart = ImagePart | AudioPart | FilePart;

const DATA_URL = /^data:([^;,]*)((?:;[^;,]*)*),/i;

/** The beginning of a data URL is short. */
const DATA_URL_HEAD_CHARACTERS = 512;

/** A part of a message's content in canonical form. A part of an unknown type goes back to this format only. */
export function decodePart(part: JsonObject, at: string): TextPart | MediaPart | Foreign {
  switch (part['type']) {
    case 'text':
      return decodeText(part, at);
    case 'image_url':
      return decodeImage(part, at);
    case 'input_audio': {
      const audio = objectAt(part['input_audio'], `${at}.input_audio`);
      const encoding = stringAt(audio['format'], `${at}.input_audio.format`);
      return { type: 'audio', encoding, data: stringAt(audio['data'], `${at}.input_audio.data`) };
    }
    case 'file':
      return decodeFile(part, at);
    default:
      return { type: 'foreign', format: 'openai-chat', what: at, json: JSON.stringify(part) };
  }
}

export function decodeText(part: JsonObject, at: string): TextPart {
  return { type: 'text', text: stringAt(part['text'], `${at}.text`), ...cacheMarkOf(part) };
}

/** OpenAI's breakpoint, or Anthropic's mark, which providers of many models take in this format, too. */
export function cacheMarkOf(object: JsonObject): { readonly cacheMark?: string } {
  const mark = object['prompt_cache_breakpoint'] ?? object['cache_control'];
  return mark === undefined || mark === null ? {} : { cacheMark: JSON.stringify(mark) };
}

function decodeImage(part: JsonObject, at: string): ImagePart {
  const image = part['image_url'];
  // Some clients send the URL in place of its object.
  if (typeof image === 'string') return { type: 'image', source: sourceOf(image), ...cacheMarkOf(part) };
  const object = objectAt(image, `${at}.image_url`);
  const url = stringAt(object['url'], `${at}.image_url.url`);
  const detail = optionalString(object['detail'], `${at}.image_url.detail`);
  const detailed = detail === undefined ? {} : { detail };
  return { type: 'image', source: sourceOf(url), ...detailed, ...cacheMarkOf(part) };
}

function decodeFile(part: JsonObject, at: string): FilePart {
  const file = objectAt(part['file'], `${at}.file`);
  const fileName = optionalString(file['filename'], `${at}.file.filename`);
  const fileId = optionalString(file['file_id'], `${at}.file.file_id`);
  const named = fileName === undefined ? {} : { fileName };
  const source: MediaSource =
    fileId === undefined ? fileSource(stringAt(file['file_data'], `${at}.file.file_data`)) : { kind: 'file', fileId };
  return { type: 'file', source, ...named, ...cacheMarkOf(part) };
}

/** A document's bytes: a data URL, or the base64 alone, which OpenAI takes for a PDF. */
function fileSource(data: string): MediaSource {
  const source = sourceOf(data);
  if (source.kind !== 'url' || /^https?:/i.test(source.url)) return source;
  return { kind: 'base64', mediaType: 'application/pdf', data };
}

/** A data URL's bytes, or the URL. */
export function sourceOf(url: string): MediaSource {
  const head = DATA_URL.exec(url.slice(0, DATA_URL_HEAD_CHARACTERS));
  if (head === null) return { kind: 'url', url };
  const [prefix, mediaType = '', parameters = ''] = head;
  const data = url.slice(prefix.length);
  const type = mediaType === '' ? 'text/plain' : mediaType.toLowerCase();
  if (/;base64$/i.test(parameters)) return { kind: 'base64', mediaType: type, data };
  return { kind: 'base64', mediaType: type, data: Buffer.from(percentDecoded(data)).toString('base64') };
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
