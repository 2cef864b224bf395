import type { Format, FormatName, FrontFormat, FrontFormatName } from '../format.ts';
import { anthropicMessages } from './anthropic-messages/format.ts';
import { bedrockConverse } from './bedrock-converse/format.ts';
import { geminiEmbeddings } from './gemini-embeddings/format.ts';
import { geminiGenerate } from './gemini-generate/format.ts';
import { openAiChat } from './openai-chat/format.ts';
import { openAiCompact } from './openai-compact/format.ts';
import { openAiCompletions } from './openai-completions/format.ts';
import { openAiEmbeddings } from './openai-embeddings/format.ts';
import { openAiResponses } from './openai-responses/format.ts';

type FormatTable = { readonly [Name in FormatName]: Name extends FrontFormatName ? FrontFormat : Format };

/** Every wire format that the gateway speaks. */
export const formatTable: FormatTable = {
  'openai-chat': openAiChat,
  'openai-completions': openAiCompletions,
  'openai-embeddings': openAiEmbeddings,
  'openai-responses': openAiResponses,
  'openai-compact': openAiCompact,
  'anthropic-messages': anthropicMessages,
  'gemini-generate': geminiGenerate,
  'bedrock-converse': bedrockConverse,
  'gemini-embeddings': geminiEmbeddings,
};
