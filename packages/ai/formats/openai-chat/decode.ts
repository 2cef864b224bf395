import type { JsonObject } from '#kernel/json.ts';
import type { ChatRequest } from '../../chat/chat-request.ts';
import { decodeMessages } from './decode-messages.ts';
import { decodeOthers, decodeSettings, decodeSpelling } from './decode-settings.ts';
import { decodeTools } from './decode-tools.ts';
import { arrayAt } from './refuse.ts';

/** A chat request in canonical form. `body` was asked about before, and has the digits of its numbers. */
export function decodeChat(body: JsonObject): ChatRequest {
  return {
    messages: decodeMessages(arrayAt(body['messages'], 'messages')),
    tools: decodeTools(body),
    settings: decodeSettings(body),
    others: decodeOthers(body),
    spelling: decodeSpelling(body),
  };
}
