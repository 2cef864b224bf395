import { asObject, type JsonObject } from '#kernel/json.ts';
import type { GeneratedText } from '../generated-text.ts';

/**
 * Adds what an event has of generated text: that of the answer, the input and the names of tools, and the thinking that is not
 * shown and paid for all the same.
 */
export function addGenerated(text: GeneratedText, type: string, event: JsonObject): void {
  const said = type === 'content_block_start' ? asObject(event['content_block']) : asObject(event['delta']);
  if (!said || (type !== 'content_block_start' && type !== 'content_block_delta')) return;
  for (const part of [said['text'], said['partial_json'], said['thinking'], said['name']]) {
    if (typeof part === 'string' && part !== '') text.add(part);
  }
}
