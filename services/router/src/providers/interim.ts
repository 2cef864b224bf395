import type { Format } from '#ai/format.ts';
import { readOpenAiError } from '#ai/formats/openai-chat/errors.ts';
import { openChatTap } from '#ai/formats/openai-chat/tap.ts';
import type { CompleteRequest } from '#contracts/router.ts';
import { encodeOpenAiRequest } from './interim-request.ts';

export const interim: Format = {
  name: 'openai-chat',
  operation: 'chat',
  server: {
    ask: () => {
      throw new Error('interim');
    },
    decode: null,
    writeAnswer: null,
    openWriter: null,
    errorBody: (refusal) => ({ error: refusal }),
    providerErrorBody: ({ message, code, param }) => ({ error: { message, type: code, param, code } }),
    errorEvent: (refusal) => JSON.stringify(refusal),
  },
  client: {
    path: (basePath) => `${basePath}/chat/completions`,
    headers: () => ({}),
    forwardedHeaders: [],
    encode: null,
    patch(body, parsedBody, { model, stream, outputTokensMax, rules }) {
      const request = { body, parsedBody, stream, outputTokensMax } as unknown as CompleteRequest;
      return encodeOpenAiRequest(request, model, rules.maxTokensField as 'max_tokens').body;
    },
    openTap: openChatTap,
    openReader: null,
    readError: readOpenAiError,
    readUsage: () => null,
  },
};
