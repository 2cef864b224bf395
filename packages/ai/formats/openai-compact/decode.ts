import type { JsonObject } from '#kernel/json.ts';
import type { ChatRequest, ChatSettings } from '../../chat/chat-request.ts';
import { decodeResponses } from '../openai-responses/decode.ts';
import { SUMMARY_WISH } from './summary-wish.ts';

/**
 * The conversation with the wish for its summary at the end. It begins as the turns before did, so that a provider's cache has
 * it; tools that it speaks of stay, and none is called.
 */
export function decodeCompact(body: JsonObject): ChatRequest {
  const { messages, tools, settings, ...rest } = decodeResponses(body);
  return {
    ...rest,
    tools,
    messages: [...messages, { role: 'user', content: [{ type: 'text', text: SUMMARY_WISH }], at: 'input' }],
    settings: summarySettings(settings, tools.length > 0),
  };
}

/** A summary is prose, whatever form the answers of the conversation have. */
function summarySettings(
  { outputForm: _form, verbosity: _verbosity, toolChoice: _choice, ...settings }: ChatSettings,
  hasTools: boolean,
): ChatSettings {
  return hasTools ? { ...settings, toolChoice: { kind: 'none' } } : settings;
}
