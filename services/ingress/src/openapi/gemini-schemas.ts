import { arrayOf, count, number, object, openObject, text, whole } from './schemas.ts';

const content = object({ role: { enum: ['user', 'model'] }, parts: arrayOf(openObject) }, ['parts']);

/** What Google's clients send. Each field may also stand by its name with underscores. */
export const geminiRequest = object(
  {
    contents: arrayOf(content),
    systemInstruction: content,
    tools: arrayOf(object({ functionDeclarations: arrayOf(object({ name: text }, ['name'])) })),
    toolConfig: openObject,
    generationConfig: object({
      maxOutputTokens: { ...count, description: 'The most tokens of one candidate, thoughts included.' },
      candidateCount: count,
      temperature: number,
      topP: number,
      topK: number,
      stopSequences: arrayOf(text),
      responseMimeType: text,
      responseJsonSchema: openObject,
      thinkingConfig: openObject,
    }),
    safetySettings: arrayOf(openObject),
  },
  ['contents'],
);

/** What they get. */
export const geminiAnswer = object(
  {
    candidates: arrayOf(object({ content, finishReason: text, index: whole })),
    usageMetadata: object({
      promptTokenCount: whole,
      cachedContentTokenCount: whole,
      candidatesTokenCount: whole,
      thoughtsTokenCount: whole,
      totalTokenCount: whole,
    }),
    modelVersion: text,
    responseId: text,
  },
  ['candidates'],
);

/** A prompt to be counted: its contents, or the whole request that it would be. */
export const countGeminiRequest = object({ contents: arrayOf(content), generateContentRequest: geminiRequest });

const embedding = object({ values: arrayOf(number) }, ['values']);
const embedUsage = object({ promptTokenCount: whole });

/** A text whose vector is asked for, and what is told with it. */
export const geminiEmbedRequest = object(
  {
    content: object({ parts: arrayOf(object({ text }, ['text'])) }, ['parts']),
    taskType: { ...text, description: 'What the vector is for: `RETRIEVAL_QUERY`, `RETRIEVAL_DOCUMENT`, …' },
    title: text,
    outputDimensionality: count,
  },
  ['content'],
);

export const geminiEmbedAnswer = object({ embedding, usageMetadata: embedUsage }, ['embedding']);

export const geminiBatchEmbedRequest = object(
  { requests: { ...arrayOf(geminiEmbedRequest), minItems: 1, maxItems: 100 } },
  ['requests'],
);

export const geminiBatchEmbedAnswer = object({ embeddings: arrayOf(embedding), usageMetadata: embedUsage }, [
  'embeddings',
]);
