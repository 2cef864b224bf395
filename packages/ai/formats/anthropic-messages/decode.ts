import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { ChatRequest } from '../../chat/chat-request.ts';
import type { ChatMessage } from '../../chat/content.ts';
import { decodeSystem, decodeTurn } from './decode-messages.ts';
import { decodeSettings } from './decode-settings.ts';
import { decodeTool } from './decode-tools.ts';
import { refuse } from './refuse.ts';

/** Fields that are read here. */
const readFields: ReadonlySet<string> = new Set([
  ...['model', 'max_tokens', 'stream', 'system', 'messages', 'tools', 'tool_choice', 'thinking', 'output_config'],
  ...['temperature', 'top_p', 'top_k', 'stop_sequences', 'metadata', 'service_tier', 'speed', 'cache_control'],
  // The older spelling of `output_config.format`.
  'output_format',
]);

/** Fields that change no answer of another provider's: README.md says why. */
const harmlessFields: ReadonlySet<string> = new Set(['diagnostics', 'user_profile_id', 'workspace_id', 'betas']);

/** A Messages request in canonical form. `body` has kept digits. Throws a `Fault` (`invalid_request`) that names the field. */
export function decodeMessagesRequest(body: JsonObject): ChatRequest {
  const messages: ChatMessage[] = [...decodeSystem(body['system'], 'system')];
  if (!Array.isArray(body['messages'])) throw refuse('messages', "'messages' has to be an array of messages.");
  for (const [at, message] of body['messages'].entries()) messages.push(...decodeTurn(message, `messages[${at}]`));
  const { settings, spelling } = decodeSettings(body);
  return {
    messages,
    tools: asArray(body['tools']).map((tool, at) => decodeTool(tool, `tools[${at}]`)),
    settings,
    others: othersOf(body),
    spelling: { ...spelling, tools: 'tools' },
  };
}

function othersOf(body: JsonObject): ReadonlyMap<string, string> {
  const others = new Map<string, string>();
  for (const [name, value] of Object.entries(body)) {
    if (readFields.has(name) || harmlessFields.has(name) || value === null || value === undefined) continue;
    if (name === 'context_management' && isTrimming(value)) continue;
    if (name === 'inference_geo' && value === 'global') continue;
    others.set(name, JSON.stringify(value));
  }
  return others;
}

/** Edits that only clear what is old from the prompt: without them the model sees more. */
function isTrimming(contextManagement: unknown): boolean {
  const edits = asArray(asObject(contextManagement)?.['edits']);
  return edits.every((edit) => String(asObject(edit)?.['type']).startsWith('clear_'));
}
