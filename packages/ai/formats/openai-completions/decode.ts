import { asArray, type JsonObject } from '#kernel/json.ts';
import type { ChatRequest } from '../../chat/chat-request.ts';
import { decodeSettings, decodeSpelling } from '../openai-chat/decode-settings.ts';
import { refuse } from '../openai-chat/refuse.ts';

/** Fields that chat has as well, by the same names. */
const settingNames: ReadonlySet<string> = new Set([
  ...['temperature', 'top_p', 'stop', 'seed', 'presence_penalty', 'frequency_penalty', 'logit_bias', 'n', 'user'],
  ...['service_tier', 'safety_identifier'],
]);

/** Fields that the gateway itself acts upon. */
const placed: ReadonlySet<string> = new Set(['model', 'prompt', 'stream', 'stream_options', 'max_tokens', 'usage']);

/**
 * A text to be gone on with as what a user says: models that chat answer it. Several prompts at once, and prompts in tokens of
 * one model, go only to providers that speak this format.
 */
export function decodeCompletion(body: JsonObject): ChatRequest {
  const text = promptOf(body['prompt']);
  const settings: Record<string, unknown> = {};
  const others = new Map<string, string>();
  for (const [name, value] of Object.entries(body)) {
    if (value === null || placed.has(name)) continue;
    if (settingNames.has(name)) settings[name] = value;
    else if (!isUsual(name, value, body)) others.set(name, JSON.stringify(value));
  }
  return {
    messages: [{ role: 'user', content: [{ type: 'text', text }], at: 'prompt' }],
    tools: [],
    settings: decodeSettings(settings),
    others,
    spelling: decodeSpelling(settings),
  };
}

function promptOf(prompt: unknown): string {
  const [only] = asArray(prompt);
  const text = asArray(prompt).length === 1 ? only : prompt;
  if (typeof text === 'string' && text !== '') return text;
  throw refuse('prompt', 'The providers of this model take one prompt at a time, as text that is not empty.');
}

/** What asks for nothing that an answer has not anyhow. */
function isUsual(name: string, value: unknown, body: JsonObject): boolean {
  if (name === 'echo') return value === false;
  if (name === 'best_of') return value === (body['n'] ?? 1);
  return name === 'suffix' && value === '';
}
