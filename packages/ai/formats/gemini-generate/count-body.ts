import type { JsonObject } from '#kernel/json.ts';
import type { Target } from '../../format.ts';
import { writeJson } from '../../json/write-json.ts';

/** A prompt to be counted: the request as it would be sent for an answer, in the call's own envelope. https://ai.google.dev/api/tokens */
export function countBody(_body: Buffer, parsed: JsonObject, { model }: Pick<Target, 'model'>): Buffer {
  const { model: _named, ...request } = parsed;
  return Buffer.from(writeJson({ generateContentRequest: { model: `models/${model}`, ...request } }));
}
