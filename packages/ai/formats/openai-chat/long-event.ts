import type { JsonObject } from '#kernel/json.ts';
import { type AnswerScan, createAnswerScan } from '../../json/answer-scan.ts';
import type { GeneratedText } from '../../json/generated-text.ts';
import type { OpenAiShape } from './answer-shape.ts';

/** Names, ids and comments before the data of an event are some dozen bytes. */
const BEFORE_DATA_MAX_BYTES = 1024;

/**
 * Scans an event from its beginning for its usage and its text, if the event has no end yet or is too long to keep.
 * Null if it does not look like a chunk of an answer. A provider that generates its answer first and streams it then
 * may write all of it in one event.
 */
export function scanLongEvent(
  beginning: Buffer,
  text: GeneratedText,
  shape: OpenAiShape,
): AnswerScan<JsonObject> | null {
  const lines = beginning.toString('latin1', 0, BEFORE_DATA_MAX_BYTES);
  const data = /^(?:.*(?:\r\n|\n|\r))*?data:/.exec(lines)?.[0].length;
  if (data === undefined) return null;
  const scan = createAnswerScan(shape.chunk, text);
  scan.push(beginning.subarray(data));
  return scan.hasWork() ? scan : null;
}
