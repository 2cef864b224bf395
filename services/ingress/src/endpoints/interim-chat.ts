import { openAiErrorBody } from '#ai/formats/openai-chat/error-body.ts';
import { parseCompletion } from '../completions/parse-completion.ts';
import { promptTokensBound } from '../completions/prompt-tokens-bound.ts';
import { unpricedFeature } from '../completions/unpriced-features.ts';
import type { ModelEndpoint } from './model-endpoint.ts';

/** The chat format as far as it is read here. */
export const interimChat: ModelEndpoint['format'] = {
  name: 'openai-chat',
  operation: 'chat',
  client: { forwardedHeaders: [] },
  server: {
    ask(body, bodyBytes) {
      const parsed = parseCompletion(body);
      if ('refusal' in parsed) return parsed;
      const { messages, ...asked } = parsed.asked;
      const refusal = unpricedFeature(body, messages);
      if (refusal !== undefined) return { refusal };
      const bound = promptTokensBound(bodyBytes, messages);
      if ('refusal' in bound) return bound;
      const { tokens: promptTokensBound_, estimate: promptTokensEstimate } = bound;
      return {
        asked: {
          ...asked,
          hasOutput: true,
          promptTokensBound: promptTokensBound_,
          promptTokensEstimate,
          otherUnits: [],
          counts: {},
          serviceTier: '',
          tellsCost: false,
        },
      };
    },
    decode: null,
    writeAnswer: null,
    openWriter: null,
    errorBody: openAiErrorBody,
    providerErrorBody: (error) => ({ error }),
    errorEvent: (refusal) => `data: ${JSON.stringify(openAiErrorBody(refusal))}\n\n`,
  },
};
