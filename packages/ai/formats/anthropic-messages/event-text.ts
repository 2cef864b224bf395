import { asObject, type JsonObject } from '#kernel/json.ts';
import type { GeneratedText } from '../../json/generated-text.ts';

/**
 * Collects an event's generated text: the answer, the input and the names of tools, and the thinking, which costs money
 * whether or not it is shown.
 */
export function addGenerated(text: GeneratedText, event: JsonObject): void {
  const said = asObject(event['delta']) ?? asObject(event['content_block']);
  if (!said) return;
  for (const part of [said['text'], said['partial_json'], said['thinking'], said['name']]) {
    if (typeof part === 'string' && part !== '') text.add(part);
  }
}
