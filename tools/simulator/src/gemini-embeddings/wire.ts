import { z } from 'zod';
import { promptTokensOf } from '#ai/usage.ts';
import type { JsonObject } from '#kernel/json.ts';
import { checkGeminiShape } from '../gemini-generate/check-shape.ts';
import { camelCased } from '../gemini-generate/proto-names.ts';
import type { GeminiDoor } from '../gemini-generate/wire.ts';
import { embeddingOf } from '../openai-embeddings/embedding.ts';
import type { Prompt } from '../prompt.ts';
import { RequestProblem } from '../request-problem.ts';
import type { Completion, StreamFrames, Wire } from '../wire.ts';

/** Google's own bounds. */
const REQUESTS_MAX = 100;
const DIMENSIONS_MAX = 3_072;

const taskTypes = [
  'TASK_TYPE_UNSPECIFIED',
  'RETRIEVAL_QUERY',
  'RETRIEVAL_DOCUMENT',
  'SEMANTIC_SIMILARITY',
  'CLASSIFICATION',
  'CLUSTERING',
  'QUESTION_ANSWERING',
  'FACT_VERIFICATION',
  'CODE_RETRIEVAL_QUERY',
] as const;

const settings = {
  taskType: z.enum(taskTypes).optional(),
  title: z.string().optional(),
  outputDimensionality: z.int().min(1).max(DIMENSIONS_MAX).optional(),
};

const embedRequest = z.strictObject({
  model: z.string().optional(),
  content: z.strictObject({
    role: z.string().optional(),
    parts: z.array(z.strictObject({ text: z.string() })).min(1),
  }),
  ...settings,
  embedContentConfig: z
    .strictObject({
      ...settings,
      autoTruncate: z.boolean().optional(),
      documentOcr: z.boolean().optional(),
      audioTrackExtraction: z.boolean().optional(),
    })
    .optional(),
});
/** In a batch each request has to name the model, and a batch has nothing of its own. */
const batchRequest = z.strictObject({
  requests: z
    .array(embedRequest.extend({ model: z.string() }))
    .min(1)
    .max(REQUESTS_MAX, `at most ${REQUESTS_MAX} requests can be in one batch`),
});

type EmbedRequest = z.infer<typeof embedRequest>;

/** What the URL of a request says. */
export interface EmbeddingCall {
  readonly model: string;
  readonly isBatch: boolean;
}

/** Google's embedContent and batchEmbedContents, of text alone. They have no stream. */
export function geminiEmbeddingsWire(call: EmbeddingCall, door: GeminiDoor): Wire {
  return {
    ...door,
    name: 'gemini-embeddings',
    longCacheUnit: 'cache_write_1h',
    readPrompt: (body) => readEmbedPrompt(body, call),
    completionBody: (completion) => embeddingsBody(completion, call),
    streamFrames: (): StreamFrames => {
      throw new Error('embeddings are not streamed');
    },
  };
}

function readEmbedPrompt(given: JsonObject, call: EmbeddingCall): Prompt {
  const body = camelCased(given) as JsonObject;
  const requests = requestsOf(body, call);
  for (const [at, { model, title, taskType }] of requests.entries()) {
    if (model !== undefined && bare(model) !== bare(call.model)) {
      throw new RequestProblem(
        400,
        `The model of request ${at} has to be that of the URL, 'models/${bare(call.model)}'.`,
      );
    }
    if (title !== undefined && taskType !== 'RETRIEVAL_DOCUMENT') {
      throw new RequestProblem(400, 'title is only supported with the task type RETRIEVAL_DOCUMENT.');
    }
  }
  const texts = requests.map(textOf);
  return {
    model: bare(call.model),
    stream: false,
    includeUsage: true,
    size: {
      characters: texts.reduce((total, each) => total + each.length, 0),
      messages: 0,
      images: 0,
    },
    userText: texts[0] ?? '',
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

function embeddingsBody({ prompt, usage }: Completion, call: EmbeddingCall): string {
  const vectors = requestsOf(prompt.body, call).map((request) => {
    const dimensions = request.outputDimensionality ?? request.embedContentConfig?.outputDimensionality;
    return { values: [...embeddingOf(textOf(request), dimensions ?? DIMENSIONS_MAX)] };
  });
  const tokens = usage === undefined ? undefined : promptTokensOf(usage);
  return JSON.stringify({
    ...(call.isBatch ? { embeddings: vectors } : { embedding: vectors[0] }),
    // Told since 2026, and not with every model: https://ai.google.dev/api/embeddings#EmbeddingUsageMetadata
    ...(tokens === undefined
      ? {}
      : {
          usageMetadata: {
            promptTokenCount: tokens,
            promptTokenDetails: [{ modality: 'TEXT', tokenCount: tokens }],
          },
        }),
  });
}

function requestsOf(body: JsonObject, { isBatch }: EmbeddingCall): readonly EmbedRequest[] {
  return isBatch ? checkGeminiShape(batchRequest, body).requests : [checkGeminiShape(embedRequest, body)];
}

function textOf({ content }: EmbedRequest): string {
  return content.parts.map(({ text }) => text).join('\n');
}

function bare(model: string): string {
  return model.startsWith('models/') ? model.slice('models/'.length) : model;
}
