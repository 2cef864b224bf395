import type { Format, FormatName } from '../format.ts';
import { anthropicMessages } from './anthropic-messages/format.ts';
import { geminiGenerate } from './gemini-generate/format.ts';
import { openAiChat } from './openai-chat/format.ts';
import { openAiCompletions } from './openai-completions/format.ts';
import { openAiEmbeddings } from './openai-embeddings/format.ts';
import { openAiResponses } from './openai-responses/format.ts';

/** Every wire format that the gateway speaks. */
export const formatTable: Readonly<Record<FormatName, Format>> = {
  'openai-chat': openAiChat,
  'openai-completions': openAiCompletions,
  'openai-embeddings': openAiEmbeddings,
  'openai-responses': openAiResponses,
  'anthropic-messages': anthropicMessages,
  'gemini-generate': geminiGenerate,
};
