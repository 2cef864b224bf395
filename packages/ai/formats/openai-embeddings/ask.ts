import type { Refusal } from '#errors/error-table.ts';
import type { JsonObject } from '#kernel/json.ts';
import { spellingProblem } from '../../ask/field-spelling.ts';
import { fieldTree, leaves } from '../../ask/field-tree.ts';
import { countProblem, modelProblem, typeProblem } from '../../ask/problems.ts';
import type { Asked } from '../../asked.ts';
import { asksForCost } from '../openai-chat/ask.ts';
import { tierAsked, tierProblem, unpricedField, unpricedFieldNames } from '../openai-chat/priced-features.ts';
import { countTexts, textsProblem } from '../openai-completions/prompts.ts';

/** More than any model has. */
const DIMENSIONS_MAX = 65_536;
/** Some models begin and end each text with tokens of their own, and put an instruction before it. */
const HIDDEN_TOKENS_A_TEXT_MAX = 64;
const BYTES_PER_TOKEN = 4;

const requestFields = fieldTree(
  {
    ...leaves('model', 'input', 'dimensions', 'encoding_format', 'service_tier', ...unpricedFieldNames),
    usage: fieldTree(leaves('include')),
  },
  ['user', 'input_type', 'truncate'],
);

/** Reads a request for embeddings, or says what is wrong with it. Its answer has no tokens: only the texts are charged. */
export function askEmbeddings(body: JsonObject, bodyBytes: number): { asked: Asked } | { refusal: Refusal } {
  const { model, input } = body;
  const refusal =
    spellingProblem(body, requestFields) ??
    modelProblem(model) ??
    textsProblem(input, 'input') ??
    countProblem('dimensions', body['dimensions'], DIMENSIONS_MAX) ??
    typeProblem('encoding_format', body['encoding_format'], 'string') ??
    tierProblem(body['service_tier']) ??
    unpricedField(body);
  if (refusal !== undefined) return { refusal };
  return {
    asked: {
      model: String(model),
      stream: false,
      outputTokensRequested: 0,
      choices: 1,
      hasOutput: false,
      promptTokensBound: bodyBytes + countTexts(input) * HIDDEN_TOKENS_A_TEXT_MAX,
      prompts: countTexts(input),
      promptTokensEstimate: Math.ceil(bodyBytes / BYTES_PER_TOKEN),
      otherUnits: [],
      counts: {},
      serviceTier: tierAsked(body['service_tier']),
      tellsCost: asksForCost(body),
    },
  };
}
