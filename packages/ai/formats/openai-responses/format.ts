import type { FrontFormat } from '../../format.ts';
import { openAiErrorBody } from '../openai-chat/error-body.ts';
import { openAiProviderErrorBody, readOpenAiError } from '../openai-chat/errors.ts';
import { openResponsesReader } from './answer-reader.ts';
import { askResponses } from './ask.ts';
import { countBody } from './count-body.ts';
import { decodeResponses } from './decode.ts';
import { encodeResponses } from './encode.ts';
import { errorEvent } from './error-event.ts';
import { FORMAT } from './format-name.ts';
import { patchResponses } from './patch.ts';
import { openResponsesWriter } from './stream-writer.ts';
import { openResponsesTap } from './tap.ts';
import { readUsage } from './usage.ts';
import { writeResponsesAnswer } from './write-answer.ts';

/** OpenAI's Responses API, as the gateway speaks it to clients and to providers. */
export const openAiResponses: FrontFormat = {
  name: FORMAT,
  operation: 'chat',
  server: {
    ask: askResponses,
    decode: decodeResponses,
    writeAnswer: writeResponsesAnswer,
    openWriter: openResponsesWriter,
    errorBody: openAiErrorBody,
    providerErrorBody: openAiProviderErrorBody,
    errorEvent,
  },
  client: {
    path: (basePath) => `${basePath}/responses`,
    headers: (forwarded) => forwarded,
    forwardedHeaders: ['openai-beta'],
    encode: encodeResponses,
    patch: patchResponses,
    openTap: openResponsesTap,
    openReader: openResponsesReader,
    readError: readOpenAiError,
    readUsage,
    counting: {
      path: (requestPath) => `${requestPath}/input_tokens`,
      body: countBody,
      countIn: (document) => document['input_tokens'],
    },
  },
};
