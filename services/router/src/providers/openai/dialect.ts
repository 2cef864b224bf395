import type { Dialect } from '../../ports.ts';
import { readOpenAiError } from './error.ts';
import { encodeOpenAiRequest } from './request.ts';
import { createOpenAiStreamDecoder } from './stream.ts';
import { createOpenAiWholeDecoder } from './whole.ts';

/** OpenAI's own wire format: bytes pass through unless something has to change. */
export const openAiDialect: Dialect = {
  path: (basePath) => `${basePath}/chat/completions`,
  headers: (apiKey) => (apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` }),
  encode(request, model, config) {
    const { body, isUsageHidden } = encodeOpenAiRequest(
      request,
      model,
      config.maxTokensParam ?? 'max_completion_tokens',
    );
    return {
      kind: 'encoded',
      body,
      openWhole: createOpenAiWholeDecoder,
      openStream: () => createOpenAiStreamDecoder(isUsageHidden),
    };
  },
  errorBody: readOpenAiError,
};
