import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { FilePart, ImagePart, MediaSource } from '../../chat/content.ts';
import { plainMediaType } from './media-type.ts';
import { refuse } from './refuse.ts';

export function decodeImage(block: JsonObject, param: string): ImagePart {
  const source = asObject(block['source']);
  const decoded = source ? decodeSource(source) : null;
  if (!decoded) throw refuse(`${param}.source`, 'The source of a picture has to be base64, url or file.');
  return { type: 'image', source: decoded, ...markOf(block) };
}

/** null: a document of pieces that only this format knows. */
export function decodeDocument(block: JsonObject): FilePart | null {
  const source = asObject(block['source']);
  const decoded = source ? (decodeSource(source) ?? decodePieces(source)) : null;
  if (!decoded) return null;
  const { title, context } = block;
  return {
    type: 'file',
    source: decoded,
    ...(typeof title === 'string' && { fileName: title }),
    ...(typeof context === 'string' && { about: context }),
    ...(asObject(block['citations'])?.['enabled'] === true && { wantsCitations: true }),
    ...markOf(block),
  };
}

function decodeSource(source: JsonObject): MediaSource | null {
  const { type, media_type: mediaType, data, url, file_id: fileId } = source;
  const media = typeof mediaType === 'string' ? plainMediaType(mediaType) : '';
  if (type === 'base64' && typeof data === 'string') return { kind: 'base64', mediaType: media, data };
  if (type === 'url' && typeof url === 'string') return { kind: 'url', url };
  if (type === 'file' && typeof fileId === 'string') return { kind: 'file', fileId };
  if (type === 'text' && typeof data === 'string')
    return { kind: 'text', mediaType: media || 'text/plain', text: data };
  return null;
}

/** A document that is given as blocks of text. */
function decodePieces({ type, content }: JsonObject): MediaSource | null {
  if (type !== 'content') return null;
  if (typeof content === 'string') return { kind: 'text', mediaType: 'text/plain', text: content };
  const texts = asArray(content).map((piece) => asObject(piece)?.['text']);
  if (!texts.every((text) => typeof text === 'string')) return null;
  return { kind: 'text', mediaType: 'text/plain', text: texts.join('\n\n') };
}

function markOf({ cache_control: mark }: JsonObject): { readonly cacheMark?: string } {
  return asObject(mark) ? { cacheMark: JSON.stringify(mark) } : {};
}
