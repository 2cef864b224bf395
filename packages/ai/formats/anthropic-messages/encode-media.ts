import type { FilePart, ImagePart, MediaSource } from '../../chat/content.ts';
import { encodeCacheMark } from './cache-mark.ts';
import { isImageType, plainMediaType } from './media-type.ts';

export type Block = Readonly<Record<string, unknown>>;

/** A part as a block, or why there is none for it. */
export type Encodable = { readonly block: Block } | { readonly why: string };

/** How long the name of a document may be. */
const TITLE_MAX_CHARACTERS = 500;
/** Files that were uploaded to Anthropic: other makers' ids look otherwise. */
const ownFileId = /^file_/;
const httpUrl = /^https?:\/\//i;
const dataUrl = /^data:([^,]*?)(;base64)?,/i;

export function encodeImage({ source, cacheMark }: ImagePart): Encodable {
  const encoded = imageSource(source);
  if (typeof encoded === 'string') return { why: encoded };
  return { block: { type: 'image', source: encoded, cache_control: encodeCacheMark(cacheMark) } };
}

export function encodeFile({ source, fileName, about, wantsCitations, cacheMark }: FilePart): Encodable {
  const encoded = documentSource(source);
  if (typeof encoded === 'string') return { why: encoded };
  return {
    block: {
      type: 'document',
      source: encoded,
      title: fileName?.slice(0, TITLE_MAX_CHARACTERS),
      context: about,
      citations: wantsCitations === true ? { enabled: true } : undefined,
      cache_control: encodeCacheMark(cacheMark),
    },
  };
}

/** The source, or why there is none. */
function imageSource(source: MediaSource): Block | string {
  switch (source.kind) {
    case 'base64': {
      const mediaType = plainMediaType(source.mediaType);
      if (!isImageType(mediaType)) return `pictures of type '${mediaType}' are not taken`;
      return { type: 'base64', media_type: mediaType, data: source.data };
    }
    case 'url':
      return fromUrl(source.url, imageSource);
    case 'file':
      return fromFile(source.fileId);
    case 'text':
      return 'a picture is not a text';
  }
}

function documentSource(source: MediaSource): Block | string {
  switch (source.kind) {
    case 'base64': {
      const mediaType = plainMediaType(source.mediaType);
      if (mediaType === 'application/pdf') return { type: 'base64', media_type: mediaType, data: source.data };
      if (mediaType.startsWith('text/') || mediaType === 'application/json') {
        return plainText(Buffer.from(source.data, 'base64').toString());
      }
      return `documents of type '${mediaType}' are not taken`;
    }
    case 'text':
      return plainText(source.text);
    case 'url':
      return fromUrl(source.url, documentSource);
    case 'file':
      return fromFile(source.fileId);
  }
}

function plainText(data: string): Block {
  return { type: 'text', media_type: 'text/plain', data };
}

/** A data URL is the bytes themselves; schemes may be written in capitals. */
function fromUrl(url: string, encode: (source: MediaSource) => Block | string): Block | string {
  const [prefix, mediaType = '', base64] = dataUrl.exec(url) ?? [];
  if (prefix === undefined) {
    if (!httpUrl.test(url)) return 'its URL has to begin with https:// or data:';
    return { type: 'url', url: url.replace(httpUrl, (scheme) => scheme.toLowerCase()) };
  }
  const data = url.slice(prefix.length);
  return encode({
    kind: 'base64',
    mediaType,
    data: base64 === undefined ? Buffer.from(decodeURIComponent(data)).toString('base64') : data,
  });
}

function fromFile(fileId: string): Block | string {
  return ownFileId.test(fileId) ? { type: 'file', file_id: fileId } : 'it was uploaded to another provider';
}
