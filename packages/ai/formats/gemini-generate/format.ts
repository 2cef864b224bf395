import { asObject } from '#kernel/json.ts';
import type { FrontFormat } from '../../format.ts';
import { askGemini } from './ask.ts';
import { countBody } from './count-body.ts';
import { decodeGeminiRequest } from './decode.ts';
import { encodeGeminiRequest } from './encode.ts';
import { geminiErrorBody, geminiErrorEvent, geminiProviderErrorBody } from './errors.ts';
import { FORMAT } from './format-name.ts';
import { patchGeminiRequest } from './patch.ts';
import { readGeminiError } from './read-error.ts';
import { openGeminiReader } from './reader.ts';
import { openGeminiWriter } from './stream-writer.ts';
import { openGeminiTap } from './tap.ts';
import { readGeminiUsage } from './usage.ts';
import { writeGeminiAnswer } from './write-answer.ts';

/** Google's generateContent, of Gemini's API and of Vertex AI. */
export const geminiGenerate: FrontFormat = {
  name: FORMAT,
  operation: 'chat',
  server: {
    ask: askGemini,
    decode: decodeGeminiRequest,
    writeAnswer: writeGeminiAnswer,
    openWriter: openGeminiWriter,
    errorBody: geminiErrorBody,
    providerErrorBody: geminiProviderErrorBody,
    errorEvent: geminiErrorEvent,
  },
  client: {
    path: (basePath, { model, isStream }) => {
      const name = model.startsWith('models/') ? model : `models/${model}`;
      return isStream ? `${basePath}/${name}:streamGenerateContent?alt=sse` : `${basePath}/${name}:generateContent`;
    },
    headers: () => ({}),
    forwardedHeaders: [],
    encode: encodeGeminiRequest,
    patch: patchGeminiRequest,
    openTap: openGeminiTap,
    openReader: openGeminiReader,
    readError: readGeminiError,
    counting: {
      path: (requestPath) => requestPath.replace(/:generateContent$/, ':countTokens'),
      body: countBody,
      countIn: (document) => document['totalTokens'],
    },
    readUsage: (usage) => readGeminiUsage({ usageMetadata: asObject(usage), searches: 0 }),
  },
};
