import type { FrontFormat, Target } from '../../format.ts';
import { readUsage } from '../../usage/read-usage.ts';
import { openAiErrorBody } from '../openai-chat/error-body.ts';
import { openAiErrorEvent, openAiProviderErrorBody, readOpenAiError } from '../openai-chat/errors.ts';
import { patchChat } from '../openai-chat/patch.ts';
import { openStreamTap } from '../openai-chat/stream-tap.ts';
import { openWholeTap } from '../openai-chat/whole-tap.ts';
import { askCompletion } from './ask.ts';
import { decodeCompletion } from './decode.ts';
import { completionShape } from './shape.ts';
import { openCompletionWriter } from './stream-writer.ts';
import { writeCompletionAnswer } from './write-answer.ts';

/** Text completions: a model goes on with a text. Spoken to providers only where the client speaks it. */
export const openAiCompletions: FrontFormat = {
  name: 'openai-completions',
  operation: 'chat',
  server: {
    ask: askCompletion,
    decode: decodeCompletion,
    writeAnswer: writeCompletionAnswer,
    openWriter: openCompletionWriter,
    errorBody: openAiErrorBody,
    providerErrorBody: openAiProviderErrorBody,
    errorEvent: openAiErrorEvent,
  },
  client: {
    path: (basePath) => `${basePath}/completions`,
    headers: () => ({}),
    forwardedHeaders: [],
    encode: null,
    patch: (body, parsedBody, target) => patchChat(body, parsedBody, withOwnBound(target)),
    openTap: (tap) => (tap.stream ? openStreamTap(completionShape, tap) : openWholeTap(completionShape, tap)),
    openReader: null,
    readError: readOpenAiError,
    readUsage,
  },
};

/** However a provider calls the bound of a chat, here it has this name. */
function withOwnBound(target: Target): Target {
  return { ...target, rules: { ...target.rules, maxTokensField: 'max_tokens' } };
}
