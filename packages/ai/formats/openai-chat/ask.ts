import type { Refusal } from '#errors/error-table.ts';
import { asObject, type JsonObject } from '#kernel/json.ts';
import { conversationKey } from '../../ask/conversation-key.ts';
import { spellingProblem } from '../../ask/field-spelling.ts';
import { needsOfModel } from '../../ask/needs-of-model.ts';
import {
  countProblem,
  modelProblem,
  OUTPUT_TOKENS_MAX,
  objectProblem,
  objectsProblem,
  typeProblem,
} from '../../ask/problems.ts';
import type { Asked } from '../../asked.ts';
import { ableFor, carriesSealedThoughts } from './able-for.ts';
import { messagesProblem } from './messages-problem.ts';
import { predictionBytes } from './prediction.ts';
import { readFeatures } from './priced-features.ts';
import { promptBound } from './prompt-bound.ts';
import { requestFields } from './request-fields.ts';

/** As many as OpenAI takes. */
const CHOICES_MAX = 128;

/** Reads a chat request, or says what is wrong with it and with which field (`param`). `null` stands for a field left out. */
export function askChat(body: JsonObject, bodyBytes: number): { asked: Asked } | { refusal: Refusal } {
  const { model, n, max_tokens, max_completion_tokens } = body;
  const refusal =
    spellingProblem(body, requestFields) ??
    modelProblem(model) ??
    messagesProblem(body['messages']) ??
    typeProblem('stream', body['stream'], 'boolean') ??
    objectProblem('stream_options', body['stream_options']) ??
    objectsProblem('tools', body['tools']) ??
    countProblem('n', n, CHOICES_MAX) ??
    countProblem('max_tokens', max_tokens, OUTPUT_TOKENS_MAX) ??
    countProblem('max_completion_tokens', max_completion_tokens, OUTPUT_TOKENS_MAX);
  if (refusal !== undefined) return { refusal };
  // Their shape was checked.
  const messages = body['messages'] as readonly JsonObject[];
  const read = readFeatures(body, messages);
  if ('refusal' in read) return read;
  const bound = promptBound(bodyBytes, messages, read.features.searches);
  if ('refusal' in bound) return bound;
  // Where a request names both, providers differ in which one they follow.
  const named = Math.max(Number(max_tokens ?? 0), Number(max_completion_tokens ?? 0));
  const { otherUnits, counts, serviceTier } = read.features;
  const choices = Number(n ?? 1);
  return {
    asked: {
      model: String(model),
      stream: body['stream'] === true,
      // What a prediction has in vain is charged as output, beyond the bound.
      outputTokensRequested: named === 0 ? 0 : Math.min(named + predictionBytes(body), OUTPUT_TOKENS_MAX),
      choices,
      hasOutput: true,
      promptTokensBound: bound.tokens,
      ...(read.features.searches > 0 && { prompts: read.features.searches + 1 }),
      promptTokensEstimate: bound.estimate,
      otherUnits,
      counts: counts.search === undefined ? counts : { search: counts.search * choices },
      serviceTier,
      tellsCost: asksForCost(body),
      ...needsOfModel(bound.held, ableFor(body)),
      conversationKey: conversationKey({ ownKey: body['prompt_cache_key'], messages }),
      ...(carriesSealedThoughts(body, messages) && { hasSealedThoughts: true }),
    },
  };
}

/** Whether the client wants its cost in the usage, as OpenRouter's clients ask for it: `"usage": {"include": true}`. */
export function asksForCost(body: JsonObject): boolean {
  return asObject(body['usage'])?.['include'] === true;
}

/** Whether a stream's client wants the chunk with the usage. */
export function asksForUsage(body: JsonObject): boolean {
  return asObject(body['stream_options'])?.['include_usage'] === true || asksForCost(body);
}
