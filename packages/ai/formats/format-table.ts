import type { Format, FormatName } from '../format.ts';
import { openAiChat } from './openai-chat/format.ts';

/** Every wire format that the gateway speaks. */
export const formatTable: Readonly<Partial<Record<FormatName, Format>>> = {
  'openai-chat': openAiChat,
};
