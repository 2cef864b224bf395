import type { Asked } from '#ai/asked.ts';
import type { Addressed, FrontFormat } from '#ai/format.ts';
import type { JsonMeasure } from '#ai/json/measure-json.ts';
import type { Refusal } from '#errors/error-table.ts';
import type { JsonObject } from '#kernel/json.ts';

/** A path at which a model is asked for something, and the format that its clients speak. */
export interface ModelEndpoint {
  readonly path: string;
  readonly format: FrontFormat;
  /** What a body may hold. */
  readonly bounds: JsonMeasure;
  /** What a stream's client is sent in a silence: something that it skips. */
  readonly keepAlive: string;
  /** Its answers are kept for clients that want to go on from them. */
  readonly keepsTurns: boolean;
  /** Its answers are conversations made shorter; nothing of them is kept. */
  readonly compacts?: boolean;
  /** Where the URL says what bodies of the format do not: reads it, or throws a `Fault`. Absent: the body says all. */
  readonly addressOf?: (url: string) => Addressed;
}

/** What admission must know of a request to an endpoint, or what is wrong with it. Throws a `Fault` for a wrong URL. */
export function askedAt(
  { format, addressOf }: Pick<ModelEndpoint, 'format' | 'addressOf'>,
  url: string | undefined,
  body: JsonObject,
  bodyBytes: number,
): { readonly asked: Asked } | { readonly refusal: Refusal } {
  return format.server.ask(body, bodyBytes, addressOf?.(url ?? ''));
}
