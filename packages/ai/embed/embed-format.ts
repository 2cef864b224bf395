import type { JsonObject } from '#kernel/json.ts';
import type { AnswerEnd } from '../chat/answer-part.ts';
import type { FieldRules } from '../field-rules.ts';
import type { EmbedInput, EmbedRequest, EmbedTasks } from './embed-request.ts';

/** How a format of embeddings is written from the canonical form, and read into it. */
export interface EmbedFormat {
  /** The texts of a client's request that `ask` took, in order. Throws a `Fault` that names the field. */
  inputsOf(body: JsonObject): readonly EmbedInput[];
  /** The whole of it in canonical form. Throws a `Fault` that names the field. */
  decode(body: JsonObject): EmbedRequest;
  /** The request for a provider. Throws `NoPlace` for what has none in this format, unless it may be dropped. */
  encode(request: EmbedRequest, target: EmbedTarget): EncodedEmbedding;
  readonly places: VectorPlaces;
  /** One vector as it stands in an answer to the client: JSON. `text`: the vector as the provider wrote it, `numbers`: what it says. */
  writeVector(text: string, numbers: readonly number[], context: EmbedContext): string;
  /** The answer to the client. `vectors`: JSON, in the order of the inputs. */
  writeAnswer(vectors: readonly string[], end: AnswerEnd, context: EmbedContext): string;
}

/** Where a request goes, as far as vectors are concerned. */
export interface EmbedTarget {
  /** The model as the provider names it. */
  readonly model: string;
  readonly rules: FieldRules & {
    readonly renamed: Readonly<Record<string, string>>;
    readonly embedTasks?: EmbedTasks | undefined;
  };
  readonly dropsUnplaced: boolean;
}

/** What an answer repeats of its request, and is written by. */
export interface EmbedContext {
  /** The model as the client named it. */
  readonly model: string;
  /** The client's body. */
  readonly body: JsonObject;
}

export interface EncodedEmbedding {
  readonly body: string;
  /** The client's fields that were left out. */
  readonly dropped: readonly string[];
  /** It goes to the format's call for several requests at once. */
  readonly isBatch: boolean;
}

/** Where a provider's answer has its vectors. */
export interface VectorPlaces {
  /** The field with the list of objects. */
  readonly list: string;
  /** The vector's field in each. */
  readonly vector: string;
  /** The field in each that says which input it is of; absent: they stand in order. */
  readonly index?: string;
  readonly usage: string;
}
