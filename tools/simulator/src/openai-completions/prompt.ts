import { z } from 'zod';
import type { JsonObject } from '#kernel/json.ts';
import { checkOpenAiShape } from '../openai/check-shape.ts';
import type { Prompt } from '../prompt.ts';
import { RequestProblem } from '../request-problem.ts';

/** OpenAI's own bounds. */
const CHOICES_MAX = 128;
const LOGPROBS_MAX = 5;
const STOPS_MAX = 4;
/** What OpenAI takes where a request names no limit. */
const OUTPUT_TOKENS_DEFAULT = 16;
/** A prompt of tokens is measured as if each stood for so many characters. */
const CHARACTERS_PER_TOKEN = 4;

const tokens = z.array(z.int().min(0)).min(1);

const completionsRequest = z.strictObject({
  model: z.string().min(1),
  prompt: z.union([z.string(), z.array(z.string()).min(1), tokens, z.array(tokens).min(1)]).nullable(),
  best_of: z.int().min(1).nullish(),
  echo: z.boolean().nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  logit_bias: z.record(z.string(), z.number()).nullish(),
  logprobs: z.int().min(0).max(LOGPROBS_MAX).nullish(),
  max_tokens: z.int().min(1).nullish(),
  n: z.int().min(1).max(CHOICES_MAX).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(STOPS_MAX)]).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z
    .strictObject({ include_usage: z.boolean().optional(), include_obfuscation: z.boolean().optional() })
    .nullish(),
  suffix: z.string().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  user: z.string().optional(),
});

/** Reads a completions request; each of its prompts is answered `n` times. */
export function readCompletionsPrompt(body: JsonObject): Prompt {
  const request = checkOpenAiShape(completionsRequest, body);
  if (request.best_of != null && request.best_of < (request.n ?? 1)) {
    throw new RequestProblem(400, "'best_of' must be greater than or equal to 'n'.", { param: 'best_of' });
  }
  const prompts = promptsOf(request.prompt ?? '');
  return {
    model: request.model,
    stream: request.stream ?? false,
    includeUsage: request.stream_options?.include_usage === true,
    size: { characters: prompts.reduce((total, { characters }) => total + characters, 0), messages: 0, images: 0 },
    userText: prompts.at(-1)?.text ?? '',
    turn: 'user',
    toolResultText: '',
    tools: [],
    toolChoice: { kind: 'none' },
    format: { kind: 'text' },
    thinks: false,
    outputTokensMax: request.max_tokens ?? OUTPUT_TOKENS_DEFAULT,
    choices: prompts.length * (request.n ?? 1),
    topLogprobs: request.logprobs ?? undefined,
    body,
  };
}

interface MeasuredPrompt {
  readonly text: string;
  readonly characters: number;
}

function promptsOf(
  prompt: string | readonly string[] | readonly number[] | readonly (readonly number[])[],
): readonly MeasuredPrompt[] {
  if (typeof prompt === 'string') return [{ text: prompt, characters: prompt.length }];
  if (prompt.every((each) => typeof each === 'number')) return [ofTokens(prompt)];
  return prompt.map((each) =>
    typeof each === 'string' ? { text: each, characters: each.length } : ofTokens(Array.isArray(each) ? each : []),
  );
}

function ofTokens(ids: readonly number[]): MeasuredPrompt {
  return { text: `${ids.length} tokens`, characters: ids.length * CHARACTERS_PER_TOKEN };
}
