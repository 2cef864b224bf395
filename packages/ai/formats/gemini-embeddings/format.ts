import { asObject } from '#kernel/json.ts';
import type { FrontFormat } from '../../format.ts';
import { geminiErrorBody, geminiErrorEvent, geminiProviderErrorBody } from '../gemini-generate/errors.ts';
import { readGeminiError } from '../gemini-generate/read-error.ts';
import { askGeminiEmbeddings } from './ask.ts';
import { decodeGeminiEmbeddings, geminiInputsOf } from './decode.ts';
import { encodeGeminiEmbeddings } from './encode.ts';
import { isBatch } from './items.ts';
import { patchGeminiEmbeddings } from './patch.ts';
import { openGeminiVectorsTap } from './tap.ts';
import { readEmbedUsage } from './usage.ts';
import { writeGeminiEmbeddings } from './write-answer.ts';

/** Google's embedContent and batchEmbedContents, of Gemini's API. */
export const geminiEmbeddings: FrontFormat = {
  name: 'gemini-embeddings',
  operation: 'embed',
  server: {
    ask: askGeminiEmbeddings,
    decode: null,
    writeAnswer: null,
    openWriter: null,
    errorBody: geminiErrorBody,
    providerErrorBody: geminiProviderErrorBody,
    errorEvent: geminiErrorEvent,
  },
  client: {
    path: (basePath, addressed) => {
      const name = addressed.model.startsWith('models/') ? addressed.model : `models/${addressed.model}`;
      return `${basePath}/${name}:${addressed.isBatch === true ? 'batchEmbedContents' : 'embedContent'}`;
    },
    headers: () => ({}),
    forwardedHeaders: [],
    encode: null,
    patch: patchGeminiEmbeddings,
    isBatch,
    openTap: openGeminiVectorsTap,
    openReader: null,
    readError: readGeminiError,
    readUsage: (usage) => readEmbedUsage(asObject(usage)),
  },
  embed: {
    inputsOf: geminiInputsOf,
    decode: decodeGeminiEmbeddings,
    encode: encodeGeminiEmbeddings,
    places: { list: 'embeddings', vector: 'values', usage: 'usageMetadata' },
    writeVector: (text) => text,
    writeAnswer: writeGeminiEmbeddings,
  },
};
