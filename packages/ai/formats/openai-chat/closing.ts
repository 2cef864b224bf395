import { asObject, type JsonObject } from '#kernel/json.ts';
import type { AnswerEnd } from '../../chat/answer-part.ts';
import type { Tap } from '../../format.ts';
import { RawJson, writeJson } from '../../json/write-json.ts';
import { sseEventOf } from '../../sse/write-sse-event.ts';
import { costText } from '../../usage/cost-text.ts';
import type { HeldEvent } from './held-end.ts';
import { usageShapeOf } from './usage-shape.ts';

/** The held end of a stream, with the cost in its usage where the client wants it. */
export function closingBytes(
  late: readonly Buffer[],
  held: readonly HeldEvent[],
  { tellsCost }: Pick<Tap, 'tellsCost'>,
  end: AnswerEnd,
): Buffer {
  const bytes = held.map((event) => event.bytes);
  if (tellsCost && end.costNanoUsd !== undefined) {
    const at = held.findLastIndex(({ usageChunk }) => usageChunk !== null);
    const chunk = held[at]?.usageChunk ?? null;
    const told = Buffer.from(sseEventOf(withCost(chunk ?? { object: 'chat.completion.chunk', choices: [] }, end)));
    // Without a usage of the provider's the cost comes before what ends the stream.
    if (chunk === null) bytes.splice(-1, 0, told);
    else bytes[at] = told;
  }
  return Buffer.concat([...late, ...bytes]);
}

/** An answer, or the chunk with its usage, as JSON with the cost in the usage: US dollars, as OpenRouter tells it. */
export function withCost(document: JsonObject, end: AnswerEnd): string {
  return writeJson({ ...document, usage: usageWithCost(document['usage'], end) });
}

/** The provider's usage, or ours where it has none, with the cost. */
export function usageWithCost(reported: unknown, { usage, costNanoUsd }: AnswerEnd): JsonObject {
  const told: JsonObject = asObject(reported) ?? (usage === null ? {} : { ...usageShapeOf(usage) });
  return costNanoUsd === undefined ? told : { ...told, cost: new RawJson(costText(costNanoUsd)) };
}
