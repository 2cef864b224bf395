import { parseObject } from '#kernel/json.ts';
import type { FilePart, ImagePart, TextPart } from '../../chat/content.ts';
import { RawJson } from '../../json/write-json.ts';
import type { Unplaced } from '../../translate/unplaced.ts';
import { urlOfSource } from './data-url.ts';

/** Files that were uploaded to OpenAI: other makers' ids look otherwise. */
const ownFileId = /^file-/;

export function encodeTextPart({ text, cacheMark }: TextPart, type: 'input_text'): unknown {
  return { type, text, prompt_cache_breakpoint: breakpointOf(cacheMark) };
}

export function encodeMedia(part: ImagePart | FilePart, at: string, unplaced: Unplaced): unknown[] {
  const { source } = part;
  if (source.kind === 'file' && !ownFileId.test(source.fileId)) {
    unplaced.leaveOut(at, 'it was uploaded to another provider');
    return [];
  }
  return [part.type === 'image' ? encodeImage(part) : encodeFile(part)];
}

function encodeImage({ source, detail, cacheMark }: ImagePart): unknown {
  return {
    type: 'input_image',
    ...(source.kind === 'file' ? { file_id: source.fileId } : { image_url: urlOfSource(source) }),
    detail: detail ?? 'auto',
    prompt_cache_breakpoint: breakpointOf(cacheMark),
  };
}

function encodeFile({ source, fileName, cacheMark }: FilePart): unknown {
  const breakpoint = breakpointOf(cacheMark);
  if (source.kind === 'file') {
    return { type: 'input_file', file_id: source.fileId, prompt_cache_breakpoint: breakpoint };
  }
  if (source.kind === 'url') {
    return { type: 'input_file', file_url: source.url, prompt_cache_breakpoint: breakpoint };
  }
  return {
    type: 'input_file',
    // Data without a name is refused.
    filename: fileName ?? (source.mediaType === 'application/pdf' ? 'document.pdf' : 'document.txt'),
    file_data: urlOfSource(source),
    prompt_cache_breakpoint: breakpoint,
  };
}

/** A mark of this format. Those of others say what OpenAI does by itself. */
export function breakpointOf(cacheMark: string | undefined): RawJson | undefined {
  if (cacheMark === undefined || parseObject(cacheMark)?.['mode'] === undefined) return undefined;
  return new RawJson(cacheMark);
}
