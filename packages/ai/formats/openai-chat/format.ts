import type { FrontFormat } from '../../format.ts';
import { readUsage } from '../../usage/read-usage.ts';
import { openChatReader } from './answer-reader.ts';
import { askChat } from './ask.ts';
import { decodeChat } from './decode.ts';
import { encodeChat } from './encode.ts';
import { openAiErrorBody } from './error-body.ts';
import { openAiErrorEvent, openAiProviderErrorBody, readOpenAiError } from './errors.ts';
import { patchChat } from './patch.ts';
import { openChatWriter } from './stream-writer.ts';
import { openChatTap } from './tap.ts';
import { writeChatAnswer } from './write-answer.ts';

/** Chat completions, as OpenAI invented them and nearly every provider speaks them. */
export const openAiChat: FrontFormat = {
  name: 'openai-chat',
  operation: 'chat',
  server: {
    ask: askChat,
    decode: decodeChat,
    writeAnswer: writeChatAnswer,
    openWriter: openChatWriter,
    errorBody: openAiErrorBody,
    providerErrorBody: openAiProviderErrorBody,
    errorEvent: openAiErrorEvent,
  },
  client: {
    path: (basePath) => `${basePath}/chat/completions`,
    headers: () => ({}),
    forwardedHeaders: [],
    encode: encodeChat,
    patch: patchChat,
    openTap: openChatTap,
    openReader: openChatReader,
    readError: readOpenAiError,
    readUsage,
  },
};
