import { aiSdkAnthropic, aiSdkChat, aiSdkResponses } from './sdks/ai-sdk.ts';
import { anthropicOne, anthropicZero } from './sdks/anthropic.ts';
import { googleGenAi } from './sdks/google-genai.ts';
import { openAiChat } from './sdks/openai-chat.ts';
import { openAiResponses } from './sdks/openai-responses.ts';
import type { Sdk } from './sdks/sdk.ts';

/** What clients really use. */
export const officialSdks: readonly Sdk[] = [
  openAiChat,
  openAiResponses,
  anthropicOne,
  anthropicZero,
  aiSdkChat,
  aiSdkResponses,
  aiSdkAnthropic,
  googleGenAi,
];
