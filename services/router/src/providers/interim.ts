import type { AnswerDecoder, ProviderError } from '#ai/answer-decoder.ts';
import type { Format } from '#ai/format.ts';
import type { Usage, UsageReport } from '#ai/usage.ts';
import type { CompleteRequest } from '#contracts/router.ts';
import { asObject } from '#kernel/json.ts';
import type { TokenUsage } from '#money/token-usage.ts';
import type { AnswerDecoder as Old } from './legacy.ts';
import { encodeOpenAiRequest } from './openai/request.ts';
import { createOpenAiStreamDecoder } from './openai/stream.ts';
import { createOpenAiWholeDecoder } from './openai/whole.ts';

const text = (value: unknown) => (typeof value === 'string' ? value : '');

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
    openTap: ({ stream, isUsageHidden }) =>
      over(stream ? createOpenAiStreamDecoder(isUsageHidden) : createOpenAiWholeDecoder()),
    openReader: null,
    readError(_status, document): ProviderError {
      const error = asObject(document?.['error']);
      return {
        kind: 'unknown',
        message: text(error?.['message']),
        code: text(error?.['code']),
        param: text(error?.['param']),
      };
    },
    readUsage: () => null,
  },
};

function over(old: Old): AnswerDecoder {
  return { ...old, usage: () => report(old.usage()), failure: () => null, closing: () => old.closing() };
}

function report(usage: TokenUsage | null): UsageReport | null {
  if (usage === null) return null;
  const as: Usage = {
    input: usage.inputTokens,
    cached_input: usage.cachedInputTokens,
    cache_write: usage.cacheWriteTokens,
    cache_write_1h: usage.cacheWrite1hTokens,
    output: usage.outputTokens,
    reasoning: usage.reasoningTokens,
  };
  return { usage: as, flags: [], serviceTier: '', reported: '' };
}
