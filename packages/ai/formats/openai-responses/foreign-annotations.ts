import { asArray, asObject } from '#kernel/json.ts';
import type { Foreign } from '../../chat/content.ts';

/** Sources of a text that another format told, as annotations of this one: JSON. Chat's name the same places. */
export function annotationsOf({ format, what, json }: Foreign): string[] {
  if (format !== 'openai-chat' || what !== 'annotations') return [];
  return asArray(JSON.parse(json)).flatMap((value) => {
    const annotation = asObject(value);
    const citation = asObject(annotation?.['url_citation']);
    if (annotation?.['type'] !== 'url_citation' || typeof citation?.['url'] !== 'string') return [];
    const { url, title = '', start_index = 0, end_index = 0 } = citation;
    return [JSON.stringify({ type: 'url_citation', start_index, end_index, url, title })];
  });
}
