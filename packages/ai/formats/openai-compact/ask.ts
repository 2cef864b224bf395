import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import type { JsonObject } from '#kernel/json.ts';
import type { Asked } from '../../asked.ts';
import { askResponses } from '../openai-responses/ask.ts';
import { SUMMARY_WISH } from './summary-wish.ts';

/** Each token of the wish stands for a byte of it at least. */
const WISH_BYTES = Buffer.byteLength(SUMMARY_WISH);

/**
 * What admission must know: what the same conversation asks for as a request for a response, with the wish for a summary at its
 * end. The output has no bound in this API: a provider that compacts by itself is held for as a request that names none, whatever
 * `max_output_tokens` says. A hold for one token would leave the rest to the house.
 */
export function askCompact(body: JsonObject, bodyBytes: number): { asked: Asked } | { refusal: Refusal } {
  if (body['stream'] === true) {
    return { refusal: invalid("Unsupported parameter: 'stream'. A compaction is answered whole.", 'stream') };
  }
  const read = askResponses(body, bodyBytes + WISH_BYTES);
  return 'asked' in read ? { asked: { ...read.asked, outputTokensRequested: 0 } } : read;
}
