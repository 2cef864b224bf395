import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { GeneratedText } from '../../json/generated-text.ts';

/** Collects a document's generated text: the answer, thoughts, names and inputs of tools. Whether there was any. */
export function addGenerated(text: GeneratedText, document: JsonObject): boolean {
  let hasAny = false;
  for (const candidate of asArray(document['candidates'])) {
    for (const value of asArray(asObject(asObject(candidate)?.['content'])?.['parts'])) {
      const part = asObject(value);
      if (part === null) continue;
      const call = asObject(part['functionCall']);
      const said = call === null ? part['text'] : `${String(call['name'] ?? '')}${JSON.stringify(call['args'] ?? {})}`;
      if (typeof said === 'string' && said !== '') text.add(said);
      // A picture, or code that ran, is an answer as well.
      hasAny ||= said !== '' && Object.keys(part).length > 0;
    }
  }
  return hasAny;
}

/** Whether each candidate of a document says why it stopped. */
export function isLast(document: JsonObject): boolean {
  const candidates = asArray(document['candidates']);
  return candidates.length > 0 && candidates.every((each) => typeof asObject(each)?.['finishReason'] === 'string');
}
