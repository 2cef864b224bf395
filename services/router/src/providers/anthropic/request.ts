import type { CompleteRequest } from '#contracts/router.ts';
import { asObject, type JsonObject } from '#kernel/json.ts';
import { convertMessages } from './messages.ts';
import { refuse } from './refuse.ts';
import { readJsonFormat } from './response-format.ts';
import { thinkingFor } from './thinking.ts';
import { convertTools } from './tools.ts';

/** Features that Anthropic lacks. A refusal is better than an answer without something the client relies on. */
const refused: readonly { readonly param: string; readonly isAsked: (value: unknown) => boolean }[] = [
  { param: 'n', isAsked: (value) => typeof value === 'number' && value > 1 },
  { param: 'logprobs', isAsked: (value) => value === true },
  { param: 'audio', isAsked: (value) => asObject(value) !== null },
  { param: 'functions', isAsked: (value) => Array.isArray(value) },
  { param: 'function_call', isAsked: (value) => value !== undefined && value !== null },
  { param: 'web_search_options', isAsked: (value) => asObject(value) !== null },
];

/**
 * A chat completion request as a Messages request. README.md lists the mapping and what is left out. `jsonToolName`:
 * the tool whose input is the answer's content. Throws a `Fault` (`invalid_request`).
 */
export function encodeAnthropicRequest(
  request: CompleteRequest,
  model: string,
): { readonly body: JsonObject; readonly jsonToolName: string | null } {
  const { parsedBody: body } = request;
  for (const { param, isAsked } of refused) {
    if (isAsked(body[param])) throw refuse(param, `The model '${model}' does not support '${param}'.`);
  }
  const { system, messages } = convertMessages(body['messages']);
  const maxTokens = outputTokensMax(request);
  const jsonFormat = readJsonFormat(body['response_format']);
  const tools = convertTools(body, jsonFormat);
  const thinking = thinkingFor(body, maxTokens, tools.isForced);
  const encoded: JsonObject = {
    model,
    max_tokens: maxTokens,
    messages,
    ...(system.length > 0 && { system }),
    ...(request.stream && { stream: true }),
    ...tools.fields,
    ...(thinking ? { thinking } : samplingOf(body)),
    ...stopOf(body['stop']),
    ...(typeof body['user'] === 'string' && { metadata: { user_id: body['user'] } }),
  };
  return { body: encoded, jsonToolName: tools.jsonToolName };
}

function outputTokensMax({ parsedBody, outputTokensMax: admitted }: CompleteRequest): number {
  const asked = parsedBody['max_completion_tokens'] ?? parsedBody['max_tokens'];
  return typeof asked === 'number' ? Math.min(asked, admitted) : admitted;
}

/**
 * Temperature goes to 2 at OpenAI and to 1 here. Newer models take only one of the two parameters: then temperature.
 */
function samplingOf(body: JsonObject): JsonObject {
  const { temperature, top_p: topP } = body;
  if (typeof temperature === 'number') return { temperature: Math.min(temperature, 1) };
  return typeof topP === 'number' ? { top_p: topP } : {};
}

function stopOf(stop: unknown): JsonObject {
  const sequences = (Array.isArray(stop) ? stop : [stop]).filter((text) => typeof text === 'string' && text !== '');
  return sequences.length > 0 ? { stop_sequences: sequences } : {};
}
