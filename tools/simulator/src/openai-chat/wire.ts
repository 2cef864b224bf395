import { openAiErrorBody } from '../openai/error-body.ts';
import { refuseOpenAiHeaders } from '../openai/refuse-headers.ts';
import type { Wire } from '../wire.ts';
import { chatCompletionBody } from './completion.ts';
import { readChatPrompt } from './prompt.ts';
import { chatStreamFrames } from './stream.ts';

/** OpenAI's chat completions. */
export const chatWire: Wire = {
  name: 'openai-chat',
  requestIdHeader: 'x-request-id',
  longCacheUnit: 'cache_write_12h',
  refuseHeaders: refuseOpenAiHeaders,
  readPrompt: readChatPrompt,
  errorBody: openAiErrorBody,
  completionBody: chatCompletionBody,
  streamFrames: chatStreamFrames,
};
