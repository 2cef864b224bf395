import type { GeneratedText } from '#ai/json/generated-text.ts';
import { asObject, type JsonObject } from '#kernel/json.ts';

/**
 * Collects an event's generated text: the answer, the input and the names of tools, and the thinking, which is not
 * shown and costs money all the same.
 */
export function addGenerated(text: GeneratedText, type: string, event: JsonObject): void {
  const said = type === 'content_block_start' ? asObject(event['content_block']) : asObject(event['delta']);
  if (!said || (type !== 'content_block_start' && type !== 'content_block_delta')) return;
  for (const part of [said['text'], said['partial_json'], said['thinking'], said['name']]) {
    if (typeof part === 'string' && part !== '') text.add(part);
  }
}
