import type { Format } from '#ai/format.ts';
import type { JsonMeasure } from '#ai/json/measure-json.ts';

/** A path at which a model is asked for something, and the format that its clients speak. */
export interface ModelEndpoint {
  readonly path: string;
  readonly format: Format;
  /** What a body may hold. */
  readonly bounds: JsonMeasure;
  /** What a stream's client is sent in a silence: something that it skips. */
  readonly keepAlive: string;
  /** Its answers are kept for clients that want to go on from them. */
  readonly keepsTurns: boolean;
}
