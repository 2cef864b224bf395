import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import type { JsonObject } from '#kernel/json.ts';
import { promptKey } from '../../ask/conversation-key.ts';
import { spellingProblem } from '../../ask/field-spelling.ts';
import { fieldTree, leaves } from '../../ask/field-tree.ts';
import { countProblem, modelProblem, OUTPUT_TOKENS_MAX, objectProblem, typeProblem } from '../../ask/problems.ts';
import type { Asked } from '../../asked.ts';
import { asksForCost } from '../openai-chat/ask.ts';
import { tierAsked, tierProblem, unpricedField, unpricedFieldNames } from '../openai-chat/priced-features.ts';
import { countPrompts, promptProblem } from './prompts.ts';

/** As many as OpenAI takes of a prompt. */
const CHOICES_MAX = 128;
/** All answers of a request, to all of its prompts: keeps their bounds within the contract's 32 bits. */
const ANSWERS_MAX = 2_048;
/** What OpenAI and vLLM write where nothing is said of it. */
const OUTPUT_TOKENS_DEFAULT = 16;
/** What providers put before a prompt: a token that begins it. */
const HIDDEN_PROMPT_TOKENS_MAX = 100;
const BYTES_PER_TOKEN = 4;

const requestFields = fieldTree(
  {
    ...leaves('model', 'prompt', 'stream', 'n', 'best_of', 'max_tokens', 'service_tier', ...unpricedFieldNames),
    stream_options: fieldTree(leaves('include_usage')),
    usage: fieldTree(leaves('include')),
  },
  [
    ...['temperature', 'top_p', 'stop', 'seed', 'user', 'logprobs', 'logit_bias', 'echo', 'suffix'],
    ...['presence_penalty', 'frequency_penalty'],
  ],
);

/**
 * Reads a request for a text to be gone on with, or says what is wrong with it. Every byte of the body is at least as much as
 * a token of the prompt, be that text or the tokens themselves. A client that names no bound gets the format's own.
 */
export function askCompletion(body: JsonObject, bodyBytes: number): { asked: Asked } | { refusal: Refusal } {
  const { model, n, best_of, max_tokens, prompt } = body;
  const refusal =
    spellingProblem(body, requestFields) ??
    modelProblem(model) ??
    promptProblem(prompt) ??
    typeProblem('stream', body['stream'], 'boolean') ??
    objectProblem('stream_options', body['stream_options']) ??
    countProblem('n', n, CHOICES_MAX) ??
    countProblem('best_of', best_of, CHOICES_MAX) ??
    // Nothing may be written where the prompt is echoed and scored.
    (max_tokens === 0 ? undefined : countProblem('max_tokens', max_tokens, OUTPUT_TOKENS_MAX)) ??
    tierProblem(body['service_tier']) ??
    unpricedField(body);
  if (refusal !== undefined) return { refusal };
  // Of so many answers the best are told; all of them are charged.
  const choices = countPrompts(prompt) * Math.max(Number(n ?? 1), Number(best_of ?? 1));
  if (choices > ANSWERS_MAX) {
    return { refusal: invalid(`Too many answers: a request may have ${ANSWERS_MAX} of all its prompts.`, 'prompt') };
  }
  return {
    asked: {
      model: String(model),
      stream: body['stream'] === true,
      outputTokensRequested: Math.max(1, Number(max_tokens ?? OUTPUT_TOKENS_DEFAULT)),
      choices,
      hasOutput: true,
      promptTokensBound: bodyBytes + HIDDEN_PROMPT_TOKENS_MAX,
      prompts: countPrompts(prompt),
      promptTokensEstimate: Math.ceil(bodyBytes / BYTES_PER_TOKEN),
      otherUnits: [],
      counts: {},
      serviceTier: tierAsked(body['service_tier']),
      tellsCost: asksForCost(body),
      conversationKey: promptKey(prompt),
    },
  };
}
