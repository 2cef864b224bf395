import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { ChatRequest, ChatSettings, OutputForm, Reasoning } from '../../chat/chat-request.ts';
import { isKeptNumber } from '../../json/kept-number.ts';
import { decodeChoice } from './decode-tools.ts';
import { refuse } from './refuse.ts';

type Spelling = ChatRequest['spelling'];

/** What an output form is called elsewhere, where it has to have a name. */
const FORM_NAME = 'answer';

const spelling: Spelling = {
  topP: 'top_p',
  topK: 'top_k',
  stop: 'stop_sequences',
  toolChoice: 'tool_choice',
  isParallelToolUse: 'tool_choice.disable_parallel_tool_use',
  endUser: 'metadata.user_id',
  outputForm: 'output_config.format',
  cacheMark: 'cache_control',
};

/** What a request says of its answer, and what it calls each of it. */
export function decodeSettings(body: JsonObject): { readonly settings: ChatSettings; readonly spelling: Spelling } {
  const { temperature, top_p: topP, top_k: topK, stop_sequences: stop, cache_control: mark } = body;
  const userId = asObject(body['metadata'])?.['user_id'];
  const parallel = asObject(body['tool_choice'])?.['disable_parallel_tool_use'];
  const outputConfig = asObject(body['output_config']);
  const settings: ChatSettings = {
    temperature: numberOf(temperature, 'temperature'),
    topP: numberOf(topP, 'top_p'),
    topK: numberOf(topK, 'top_k'),
    stop: stop === undefined || stop === null ? undefined : asArray(stop).filter((text) => typeof text === 'string'),
    reasoning: decodeReasoning(asObject(body['thinking']), outputConfig?.['effort']),
    outputForm: decodeForm(asObject(outputConfig?.['format']) ?? asObject(body['output_format'])),
    toolChoice: decodeChoice(body['tool_choice']),
    isParallelToolUse: typeof parallel === 'boolean' ? !parallel : undefined,
    endUser: typeof userId === 'string' ? userId : undefined,
    serviceTier: tierOf(body),
    cacheMark: asObject(mark) ? JSON.stringify(mark) : undefined,
  };
  return {
    settings,
    spelling: {
      ...spelling,
      reasoning: asObject(body['thinking']) ? 'thinking' : 'output_config.effort',
      serviceTier: body['speed'] === 'fast' ? 'speed' : 'service_tier',
    },
  };
}

function numberOf(value: unknown, param: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (isKeptNumber(value)) return Number(value.rawJSON);
  if (typeof value !== 'number') throw refuse(param, `'${param}' has to be a number.`);
  return value;
}

function decodeReasoning(thinking: JsonObject | null, effort: unknown): Reasoning | undefined {
  if (!thinking && typeof effort !== 'string') return undefined;
  const { type, budget_tokens: budget, display } = thinking ?? {};
  return {
    ...(typeof effort === 'string' && { effort }),
    ...(typeof budget === 'number' && { budgetTokens: budget }),
    ...(typeof type === 'string' && { mode: type }),
    ...(typeof display === 'string' && { summary: display === 'omitted' ? 'omitted' : 'auto' }),
  };
}

function decodeForm(format: JsonObject | null): OutputForm | undefined {
  if (!format) return undefined;
  const schema = asObject(format['schema']);
  if (format['type'] !== 'json_schema' || !schema) {
    throw refuse('output_config.format', "The output's format has to be json_schema with a schema.");
  }
  // Such an answer always keeps to its schema.
  return { kind: 'schema', name: FORM_NAME, schema: JSON.stringify(schema), isStrict: true };
}

/** By the names that the canonical form has them: `fast` and `default` are OpenAI's words, too. */
function tierOf({ service_tier: tier, speed }: JsonObject): string | undefined {
  if (speed === 'fast') return 'fast';
  if (tier === 'standard_only') return 'default';
  return tier === 'auto' ? tier : undefined;
}
