import type { MediaSource } from '../../chat/content.ts';

const prefix = /^data:([^,]*?)(;\s*base64)?,/i;

/** The type of a file whose data names none, by the end of its name. */
const typesByEnding: ReadonlyMap<string, string> = new Map([
  ['pdf', 'application/pdf'],
  ['txt', 'text/plain'],
  ['md', 'text/markdown'],
  ['csv', 'text/csv'],
  ['html', 'text/html'],
  ['json', 'application/json'],
]);

/** Where a URL leads: a data URL is the bytes themselves. */
export function sourceOfUrl(url: string): MediaSource {
  return readDataUrl(url) ?? { kind: 'url', url };
}

/** The data of a file: a data URL, or base64 alone. */
export function base64Source(data: string, fileName: string | undefined): MediaSource {
  const source = readDataUrl(data);
  if (source !== null) return source;
  const ending = /[.]([a-z0-9]+)$/i.exec(fileName ?? '')?.[1]?.toLowerCase() ?? '';
  return { kind: 'base64', mediaType: typesByEnding.get(ending) ?? 'application/pdf', data };
}

/** A source as a data URL or URL; null: it is a file of some provider's. */
export function urlOfSource(source: Exclude<MediaSource, { kind: 'file' }>): string {
  if (source.kind === 'url') return source.url;
  if (source.kind === 'base64') return `data:${source.mediaType};base64,${source.data}`;
  return `data:${source.mediaType};base64,${Buffer.from(source.text).toString('base64')}`;
}

function readDataUrl(url: string): MediaSource | null {
  const [all, mediaType = '', base64] = prefix.exec(url) ?? [];
  if (all === undefined) return null;
  const data = url.slice(all.length);
  const type = mediaType === '' ? 'text/plain' : mediaType;
  if (base64 !== undefined) return { kind: 'base64', mediaType: type, data };
  return { kind: 'text', mediaType: type, text: unescaped(data) };
}

function unescaped(data: string): string {
  try {
    return decodeURIComponent(data);
  } catch {
    return data;
  }
}
