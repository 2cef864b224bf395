import type { AudioPart, FilePart, ImagePart, MediaSource } from '../../chat/content.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A part, or why there is none for it. */
export type Encodable = { readonly part: Fields } | { readonly why: string };

/** Where Google's own files are; the API fetches no others. */
const ownFile = /^(?:https:\/\/generativelanguage\.googleapis\.com\/|gs:\/\/|https:\/\/(?:www\.)?youtu)/;

/** Sounds by OpenAI's names of their encodings. */
const soundTypes: Readonly<Record<string, string>> = { mp3: 'audio/mp3', mpeg: 'audio/mp3', pcm16: 'audio/pcm' };

export function encodeImage({ source }: ImagePart): Encodable {
  return encodeSource(source, 'a picture');
}

export function encodeAudio({ encoding, data }: AudioPart): Encodable {
  return { part: inline(soundTypes[encoding] ?? `audio/${encoding}`, data) };
}

export function encodeFile({ source, fileName, about, wantsCitations }: FilePart): Encodable {
  if (wantsCitations === true) return { why: 'Gemini cites no documents' };
  if (source.kind === 'text') {
    const words = [fileName, about, source.text].filter((each) => each !== undefined && each !== '');
    return { part: { text: words.join('\n\n') } };
  }
  return encodeSource(source, 'a document');
}

function encodeSource(source: MediaSource, what: string): Encodable {
  switch (source.kind) {
    case 'base64':
      return { part: inline(source.mediaType, source.data) };
    case 'url':
      if (ownFile.test(source.url)) return { part: { fileData: { fileUri: source.url } } };
      return { why: `Gemini fetches no URL of a client's: send the bytes of ${what}` };
    case 'file':
      return { why: `${what} by its id belongs to another provider` };
    case 'text':
      return { part: { text: source.text } };
  }
}

function inline(mimeType: string, data: string): Fields {
  return { inlineData: { mimeType, data } };
}
