import { parseObject } from '#kernel/json.ts';
import type { AudioPart, FilePart, Foreign, ImagePart, MediaSource, TextPart } from '../../chat/content.ts';
import { RawJson } from '../../json/write-json.ts';
import type { Encoding } from './encoding.ts';

/** OpenAI wants a name beside a document's bytes. */
const FILE_NAME = 'document';

/** A part of a user's message; null: it was left out. `at`: where it stood. */
export function encodePart(
  part: TextPart | ImagePart | AudioPart | FilePart | Foreign,
  at: string,
  encoding: Encoding,
): unknown {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text, ...encodeCacheMark(part.cacheMark, encoding) };
    case 'image':
      return encodeImage(part, at, encoding);
    case 'audio':
      return { type: 'input_audio', input_audio: { data: part.data, format: part.encoding } };
    case 'file':
      return encodeFile(part, at, encoding);
    case 'foreign':
      return encodeForeign(part, at, encoding);
  }
}

/** What only this format knows goes back as it was. */
export function encodeForeign({ format, what, json }: Foreign, at: string, { unplaced }: Encoding): RawJson | null {
  if (format === 'openai-chat') return new RawJson(json);
  unplaced.leaveOut(at, `only the format that it comes from knows '${what}'`);
  return null;
}

/**
 * OpenAI's own mark, where the provider knows it. A mark of Anthropic's is a wish for a cheaper prompt, which providers of
 * chat fulfil without being asked.
 */
export function encodeCacheMark(mark: string | undefined, { target }: Encoding): Record<string, unknown> {
  if (mark === undefined || target.rules.takesNewest !== true) return {};
  return parseObject(mark)?.['mode'] === undefined ? {} : { prompt_cache_breakpoint: new RawJson(mark) };
}

function encodeImage({ source, detail, cacheMark }: ImagePart, at: string, encoding: Encoding): unknown {
  const url = urlOf(source);
  if (url === null) {
    encoding.unplaced.leaveOut(at, 'a provider of chat takes pictures by URL or by their bytes');
    return null;
  }
  return { type: 'image_url', image_url: { url, detail }, ...encodeCacheMark(cacheMark, encoding) };
}

function encodeFile(part: FilePart, at: string, encoding: Encoding): unknown {
  const { source, fileName, about, wantsCitations, cacheMark } = part;
  if (wantsCitations === true) encoding.unplaced.leaveOut(`${at}.citations`, 'a provider of chat cites no documents');
  const mark = encodeCacheMark(cacheMark, encoding);
  const words = about === undefined ? '' : `${about}\n\n`;
  if (source.kind === 'text') {
    const title = fileName === undefined ? '' : `${fileName}\n\n`;
    return { type: 'text', text: `${title}${words}${source.text}`, ...mark };
  }
  const url = urlOf(source);
  if (url === null || source.kind !== 'base64') {
    encoding.unplaced.leaveOut(at, 'a provider of chat takes documents by their bytes');
    return null;
  }
  if (words !== '') encoding.unplaced.leaveOut(`${at}.context`, 'a provider of chat takes no words about a document');
  return { type: 'file', file: { filename: fileName ?? FILE_NAME, file_data: url }, ...mark };
}

function urlOf(source: MediaSource): string | null {
  if (source.kind === 'url') return source.url;
  return source.kind === 'base64' ? `data:${source.mediaType};base64,${source.data}` : null;
}
