import type { Format } from '../../format.ts';
import { openResponsesReader } from './answer-reader.ts';
import { askResponses } from './ask.ts';
import { decodeResponses } from './decode.ts';
import { encodeResponses } from './encode.ts';
import { errorEvent } from './error-event.ts';
import { errorBody, providerErrorBody, readError } from './errors.ts';
import { FORMAT } from './format-name.ts';
import { patchResponses } from './patch.ts';
import { openResponsesWriter } from './stream-writer.ts';
import { openResponsesTap } from './tap.ts';
import { readUsage } from './usage.ts';
import { writeResponsesAnswer } from './write-answer.ts';

/** OpenAI's Responses API, as the gateway speaks it to clients and to providers. */
export const openAiResponses: Format = {
  name: FORMAT,
  operation: 'chat',
  server: {
    ask: askResponses,
    decode: decodeResponses,
    writeAnswer: writeResponsesAnswer,
    openWriter: openResponsesWriter,
    errorBody,
    providerErrorBody,
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
    readError,
    readUsage,
  },
};
