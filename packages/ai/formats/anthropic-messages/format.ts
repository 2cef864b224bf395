import type { FrontFormat } from '../../format.ts';
import { askMessages } from './ask.ts';
import { countBody } from './count-body.ts';
import { decodeMessagesRequest } from './decode.ts';
import { encodeMessagesRequest } from './encode.ts';
import { messagesErrorBody, messagesErrorEvent, messagesProviderErrorBody } from './errors.ts';
import { FORMAT } from './format-name.ts';
import { forwardedHeaders, messagesHeaders } from './headers.ts';
import { patchMessagesRequest } from './patch.ts';
import { readMessagesError } from './read-error.ts';
import { openMessagesReader } from './reader.ts';
import { openMessagesWriter } from './stream-writer.ts';
import { openMessagesTap } from './tap.ts';
import { readMessagesUsage } from './usage.ts';
import { droppedBetaFields } from './without-beta-fields.ts';
import { writeMessage } from './write-answer.ts';

/** Anthropic's Messages. */
export const anthropicMessages: FrontFormat = {
  name: FORMAT,
  operation: 'chat',
  server: {
    ask: askMessages,
    decode: decodeMessagesRequest,
    writeAnswer: writeMessage,
    openWriter: openMessagesWriter,
    errorBody: messagesErrorBody,
    providerErrorBody: messagesProviderErrorBody,
    errorEvent: messagesErrorEvent,
  },
  client: {
    path: (basePath) => (basePath.endsWith('/v1') ? `${basePath}/messages` : `${basePath}/v1/messages`),
    headers: messagesHeaders,
    forwardedHeaders,
    encode: encodeMessagesRequest,
    patch: patchMessagesRequest,
    dropped: droppedBetaFields,
    openTap: openMessagesTap,
    openReader: openMessagesReader,
    readError: readMessagesError,
    readUsage: readMessagesUsage,
    counting: {
      path: (requestPath) => `${requestPath}/count_tokens`,
      body: countBody,
      countIn: (document) => document['input_tokens'],
    },
  },
};
