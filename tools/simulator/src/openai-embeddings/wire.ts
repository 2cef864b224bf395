import { z } from 'zod';
import { promptTokensOf } from '#ai/usage.ts';
import type { JsonObject } from '#kernel/json.ts';
import { checkOpenAiShape } from '../openai/check-shape.ts';
import { openAiErrorBody } from '../openai/error-body.ts';
import { refuseOpenAiHeaders } from '../openai/refuse-headers.ts';
import type { Prompt } from '../prompt.ts';
import type { Completion, StreamFrames, Wire } from '../wire.ts';
import { embeddingOf } from './embedding.ts';

/** OpenAI's own bounds. */
const INPUTS_MAX = 2_048;
const DIMENSIONS_MAX = 3_072;
const DIMENSIONS_DEFAULT = 1_536;
/** An input of tokens is measured as if each stood for so many characters. */
const CHARACTERS_PER_TOKEN = 4;

const text = z.string().min(1, 'input cannot be an empty string');
const tokens = z.array(z.int().min(0)).min(1);
const embeddingsRequest = z.strictObject({
  model: z.string().min(1),
  input: z.union([text, z.array(text).min(1).max(INPUTS_MAX), tokens, z.array(tokens).min(1).max(INPUTS_MAX)]),
  dimensions: z.int().min(1).max(DIMENSIONS_MAX).optional(),
  encoding_format: z.enum(['float', 'base64']).optional(),
  user: z.string().optional(),
});

/** OpenAI's embeddings. They have no stream. */
export const embeddingsWire: Wire = {
  name: 'openai-embeddings',
  requestIdHeader: 'x-request-id',
  longCacheUnit: 'cache_write_12h',
  refuseHeaders: refuseOpenAiHeaders,
  readPrompt: readEmbeddingsPrompt,
  errorBody: openAiErrorBody,
  completionBody: embeddingsBody,
  streamFrames: (): StreamFrames => {
    throw new Error('embeddings are not streamed');
  },
};

function readEmbeddingsPrompt(body: JsonObject): Prompt {
  const request = checkOpenAiShape(embeddingsRequest, body);
  const inputs = inputsOf(request.input);
  return {
    model: request.model,
    stream: false,
    includeUsage: true,
    size: { characters: inputs.reduce((total, each) => total + each.length, 0), messages: 0, images: 0 },
    userText: inputs[0] ?? '',
    turn: 'user',
    toolResultText: '',
    tools: [],
    toolChoice: { kind: 'none' },
    format: { kind: 'none' },
    thinks: false,
    outputTokensMax: undefined,
    choices: 1,
    topLogprobs: undefined,
    body,
  };
}

function embeddingsBody({ prompt, usage }: Completion): string {
  const request = checkOpenAiShape(embeddingsRequest, prompt.body);
  const dimensions = request.dimensions ?? DIMENSIONS_DEFAULT;
  const data = inputsOf(request.input).map((input, index) => {
    const floats = embeddingOf(input, dimensions);
    const embedding =
      request.encoding_format === 'base64' ? Buffer.from(floats.buffer).toString('base64') : [...floats];
    return { object: 'embedding', index, embedding };
  });
  const tokensUsed = usage === undefined ? undefined : promptTokensOf(usage);
  return JSON.stringify({
    object: 'list',
    data,
    model: prompt.model,
    ...(tokensUsed === undefined ? {} : { usage: { prompt_tokens: tokensUsed, total_tokens: tokensUsed } }),
  });
}

/** Each input as text; tokens as text of the length that they stand for. */
function inputsOf(input: z.infer<typeof embeddingsRequest>['input']): readonly string[] {
  if (typeof input === 'string') return [input];
  if (input.every((each) => typeof each === 'number')) return [textOfTokens(input)];
  return input.map((each) => (typeof each === 'string' ? each : textOfTokens(Array.isArray(each) ? each : [])));
}

function textOfTokens(ids: readonly number[]): string {
  return ids.map((id) => String(id % 10_000).padStart(CHARACTERS_PER_TOKEN, '0')).join('');
}
