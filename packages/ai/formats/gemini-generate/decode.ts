import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { ChatRequest } from '../../chat/chat-request.ts';
import type { ChatMessage } from '../../chat/content.ts';
import { decodeContents, decodeSystem } from './decode-contents.ts';
import { decodeSettings } from './decode-settings.ts';
import { decodeTools } from './decode-tools.ts';
import { fieldOf, protoName } from './fields.ts';
import { refuse } from './refuse.ts';

const readFields: ReadonlySet<string> = new Set(
  ['model', 'contents', 'systemInstruction', 'tools', 'toolConfig', 'generationConfig', 'serviceTier'].flatMap(
    (name) => [name, protoName(name)],
  ),
);

/** A request of Gemini's in canonical form. `body` has kept digits. Throws a `Fault` (`invalid_request`) that names the field. */
export function decodeGeminiRequest(body: JsonObject): ChatRequest {
  if (!Array.isArray(body['contents'])) throw refuse('contents', "'contents' has to be an array of contents.");
  const messages: ChatMessage[] = [
    ...decodeSystem(fieldOf(body, 'systemInstruction')),
    ...decodeContents(body['contents']),
  ];
  const config = asObject(fieldOf(body, 'generationConfig'));
  const toolConfig = asObject(fieldOf(body, 'toolConfig'));
  const { settings, spelling, others } = decodeSettings(body, config, toolConfig);
  return {
    messages,
    tools: asArray(body['tools']).flatMap((tool, at) => decodeTools(tool, `tools[${at}]`)),
    settings,
    others: new Map([...othersOf(body), ...others]),
    spelling,
  };
}

/** Fields that change no answer of another provider's: what a provider filters, and how it labels its bill. README.md says why. */
const harmlessFields: ReadonlySet<string> = new Set(['safetySettings', 'safety_settings', 'labels']);

function othersOf(body: JsonObject): readonly (readonly [string, string])[] {
  return Object.entries(body)
    .filter(
      ([name, value]) => !readFields.has(name) && !harmlessFields.has(name) && value !== null && value !== undefined,
    )
    .map(([name, value]) => [name, JSON.stringify(value)] as const);
}
