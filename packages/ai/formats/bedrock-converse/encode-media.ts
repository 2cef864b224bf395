import type { AudioPart, FilePart, ImagePart, MediaSource } from '../../chat/content.ts';
import { plainMediaType } from '../anthropic-messages/media-type.ts';
import type { DocumentNames } from './document-names.ts';
import type { ModelTraits } from './model-traits.ts';

export type Block = Readonly<Record<string, unknown>>;

/** A part as a block, or why there is none for it. */
export type Encodable = { readonly block: Block } | { readonly why: string };

const imageFormats: ReadonlyMap<string, string> = new Map([
  ['image/png', 'png'],
  ['image/jpeg', 'jpeg'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
]);

const documentFormats: ReadonlyMap<string, string> = new Map([
  ['application/pdf', 'pdf'],
  ['text/csv', 'csv'],
  ['application/msword', 'doc'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.ms-excel', 'xls'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['text/html', 'html'],
  ['text/markdown', 'md'],
]);

const videoFormats: ReadonlyMap<string, string> = new Map([
  ['video/mp4', 'mp4'],
  ['video/quicktime', 'mov'],
  ['video/x-matroska', 'mkv'],
  ['video/webm', 'webm'],
  ['video/x-flv', 'flv'],
  ['video/mpeg', 'mpeg'],
  ['video/x-ms-wmv', 'wmv'],
  ['video/3gpp', 'three_gp'],
]);

const soundFormats: ReadonlyMap<string, string> = new Map([
  ...['mp3', 'wav', 'flac', 'ogg', 'opus', 'aac', 'm4a', 'webm', 'pcm', 'mpeg'].map((name) => [name, name] as const),
  ['pcm16', 'pcm'],
]);

const dataUrl = /^data:([^,]*?)(;base64)?,/i;

type Bytes = { readonly mediaType: string; readonly data: string } | { readonly why: string };

export function encodeImage({ source }: ImagePart): Encodable {
  const bytes = bytesOf(source, 'a picture');
  if ('why' in bytes) return bytes;
  const format = imageFormats.get(bytes.mediaType);
  if (format === undefined) return { why: `pictures of type '${bytes.mediaType}' are not taken` };
  return { block: { image: { format, source: { bytes: bytes.data } } } };
}

export function encodeAudio({ encoding, data }: AudioPart): Encodable {
  const format = soundFormats.get(encoding);
  if (format === undefined) return { why: `sounds of the encoding '${encoding}' are not taken` };
  return { block: { audio: { format, source: { bytes: data } } } };
}

export function encodeFile(part: FilePart, names: DocumentNames, { takesCitations }: ModelTraits): Encodable {
  const { source, fileName, about, wantsCitations } = part;
  const bytes = bytesOf(source, 'a document');
  if ('why' in bytes) return bytes;
  const video = videoFormats.get(bytes.mediaType);
  if (video !== undefined) return { block: { video: { format: video, source: { bytes: bytes.data } } } };
  const format = documentFormat(bytes.mediaType);
  if (format === undefined) return { why: `documents of type '${bytes.mediaType}' are not taken` };
  if (!takesCitations && (about !== undefined || wantsCitations === true)) {
    return { why: 'this model takes no context of a document, and cites none' };
  }
  const citations = wantsCitations === true ? { enabled: true } : undefined;
  const document = { format, name: names(fileName), source: { bytes: bytes.data }, context: about, citations };
  return { block: { document } };
}

/** Any text is one to a model. */
function documentFormat(mediaType: string): string | undefined {
  const isText = mediaType.startsWith('text/') || mediaType === 'application/json';
  return documentFormats.get(mediaType) ?? (isText ? 'txt' : undefined);
}

/** The bytes in Base64, or why there are none. Amazon fetches nothing but what stands in its own store. */
function bytesOf(source: MediaSource, what: string): Bytes {
  switch (source.kind) {
    case 'base64':
      return { mediaType: plainMediaType(source.mediaType), data: source.data };
    case 'text':
      return { mediaType: plainMediaType(source.mediaType), data: Buffer.from(source.text).toString('base64') };
    case 'url':
      return fromUrl(source.url, what);
    case 'file':
      return { why: `${what} by its id belongs to another provider` };
  }
}

/** A data URL is the bytes themselves. */
function fromUrl(url: string, what: string): Bytes {
  const [prefix, mediaType = '', base64] = dataUrl.exec(url) ?? [];
  if (prefix === undefined) return { why: `Bedrock fetches no URL of a client's: send the bytes of ${what}` };
  const data = url.slice(prefix.length);
  return {
    mediaType: plainMediaType(mediaType),
    data: base64 === undefined ? Buffer.from(decodeURIComponent(data)).toString('base64') : data,
  };
}
