import type { FrontFormat } from '../../format.ts';
import { readUsage } from '../../usage/read-usage.ts';
import { openAiErrorBody } from '../openai-chat/error-body.ts';
import { openAiErrorEvent, openAiProviderErrorBody, readOpenAiError } from '../openai-chat/errors.ts';
import { openWholeTap } from '../openai-chat/whole-tap.ts';
import { askEmbeddings } from './ask.ts';
import { decodeEmbeddings, embedInputsOf } from './decode.ts';
import { encodeEmbeddings } from './encode.ts';
import { patchEmbeddings } from './patch.ts';
import { embeddingsShape } from './shape.ts';
import { writeEmbeddings, writeVector } from './write-answer.ts';

/** Embeddings: texts as vectors. */
export const openAiEmbeddings: FrontFormat = {
  name: 'openai-embeddings',
  operation: 'embed',
  server: {
    ask: askEmbeddings,
    decode: null,
    writeAnswer: null,
    openWriter: null,
    errorBody: openAiErrorBody,
    providerErrorBody: openAiProviderErrorBody,
    errorEvent: openAiErrorEvent,
  },
  client: {
    path: (basePath) => `${basePath}/embeddings`,
    headers: () => ({}),
    forwardedHeaders: [],
    encode: null,
    patch: patchEmbeddings,
    openTap: (tap) => openWholeTap(embeddingsShape, tap),
    openReader: null,
    readError: readOpenAiError,
    readUsage: (usage, rules) => readUsage(usage, rules, { hasOutput: false }),
  },
  embed: {
    inputsOf: embedInputsOf,
    decode: decodeEmbeddings,
    encode: encodeEmbeddings,
    places: { list: 'data', vector: 'embedding', index: 'index', usage: 'usage' },
    writeVector,
    writeAnswer: writeEmbeddings,
  },
};
