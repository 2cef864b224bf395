import type { JsonObject } from '#kernel/json.ts';
import type { ChatRequest } from '../../chat/chat-request.ts';
import type { ChatMessage } from '../../chat/content.ts';
import { decodeInput } from './decode-input.ts';
import { decodeSettings, settingSpelling } from './decode-settings.ts';
import { decodeTools } from './decode-tools.ts';
import { otherFields } from './other-fields.ts';
import { stringOrNone } from './wrong-field.ts';

/** A client's request in canonical form. Throws a `Fault` that names the field. `body` is parsed with digits kept. */
export function decodeResponses(body: JsonObject): ChatRequest {
  const { settings, others } = decodeSettings(body);
  return {
    messages: [...instructions(body['instructions']), ...decodeInput(body['input'])],
    tools: decodeTools(body['tools']),
    settings,
    others: new Map([...others, ...otherFields(body)]),
    spelling: spellingIn(body),
  };
}

/** Odds of tokens are asked for by either of two fields. */
function spellingIn(body: JsonObject): ChatRequest['spelling'] {
  return typeof body['top_logprobs'] === 'number' ? { ...settingSpelling, logprobs: 'top_logprobs' } : settingSpelling;
}

function instructions(value: unknown): ChatMessage[] {
  const text = stringOrNone(value, 'instructions') ?? '';
  if (text === '') return [];
  return [{ role: 'system', spelling: 'system', content: [{ type: 'text', text }], at: 'instructions' }];
}
