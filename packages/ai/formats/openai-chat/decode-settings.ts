import { asObject, type JsonObject } from '#kernel/json.ts';
import type { ChatRequest, ChatSettings, OutputForm, Reasoning } from '../../chat/chat-request.ts';
import { isKeptNumber } from '../../json/kept-number.ts';
import { decodeToolChoice } from './decode-tools.ts';
import { objectAt, optionalString, refuse, stringAt } from './refuse.ts';

/** The client's names of the settings. Of two the first that is there is meant. */
export const settingFields = {
  temperature: ['temperature'],
  topP: ['top_p'],
  topK: ['top_k'],
  stop: ['stop'],
  seed: ['seed'],
  presencePenalty: ['presence_penalty'],
  frequencyPenalty: ['frequency_penalty'],
  logitBias: ['logit_bias'],
  choices: ['n'],
  logprobs: ['logprobs'],
  topLogprobs: ['top_logprobs'],
  reasoning: ['reasoning_effort', 'reasoning'],
  verbosity: ['verbosity'],
  outputForm: ['response_format'],
  toolChoice: ['tool_choice', 'function_call'],
  isParallelToolUse: ['parallel_tool_calls'],
  endUser: ['safety_identifier', 'user'],
  metadata: ['metadata'],
  serviceTier: ['service_tier'],
  promptCacheKey: ['prompt_cache_key'],
  modalities: ['modalities'],
  audio: ['audio'],
  prediction: ['prediction'],
  cacheMark: ['cache_control'],
} as const satisfies Record<keyof ChatSettings, readonly string[]>;

/** Fields that have a place of their own in the canonical form, or that the gateway itself acts upon. */
const placed: ReadonlySet<string> = new Set<string>([
  ...Object.values(settingFields).flat(),
  ...['model', 'messages', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens'],
  ...['tools', 'functions', 'web_search_options', 'usage'],
  // How and how long OpenAI keeps a prompt or an answer for itself: the answer is the same without.
  ...['store', 'prompt_cache_retention', 'prompt_cache_options'],
]);

/** What can be said of an answer, as far as the client says it. */
export function decodeSettings(body: JsonObject): ChatSettings {
  const settings: Record<keyof ChatSettings, unknown> = {
    temperature: numberAt(body, 'temperature'),
    topP: numberAt(body, 'top_p'),
    topK: numberAt(body, 'top_k'),
    stop: stopOf(body['stop']),
    seed: seedOf(body['seed']),
    presencePenalty: numberAt(body, 'presence_penalty'),
    frequencyPenalty: numberAt(body, 'frequency_penalty'),
    logitBias: jsonAt(body, 'logit_bias'),
    choices: numberAt(body, 'n'),
    logprobs: booleanAt(body, 'logprobs'),
    topLogprobs: numberAt(body, 'top_logprobs'),
    reasoning: reasoningOf(body),
    verbosity: optionalString(body['verbosity'], 'verbosity'),
    outputForm: outputFormOf(body['response_format']),
    toolChoice: decodeToolChoice(body),
    isParallelToolUse: booleanAt(body, 'parallel_tool_calls'),
    endUser: optionalString(body['safety_identifier'] ?? body['user'], 'user'),
    metadata: jsonAt(body, 'metadata'),
    serviceTier: optionalString(body['service_tier'], 'service_tier'),
    promptCacheKey: optionalString(body['prompt_cache_key'], 'prompt_cache_key'),
    modalities: jsonAt(body, 'modalities'),
    audio: jsonAt(body, 'audio'),
    prediction: jsonAt(body, 'prediction'),
    cacheMark: jsonAt(body, 'cache_control'),
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** Everything else that the client says, by its names. */
export function decodeOthers(body: JsonObject): ReadonlyMap<string, string> {
  const others = new Map<string, string>();
  for (const [name, value] of Object.entries(body)) {
    if (!placed.has(name) && value !== null) others.set(name, JSON.stringify(value));
  }
  return others;
}

/** What the client calls what it says. */
export function decodeSpelling(body: JsonObject): ChatRequest['spelling'] {
  const spelling: Record<string, string> = {};
  for (const [setting, fields] of Object.entries(settingFields)) {
    const field = fields.find((name) => body[name] !== undefined && body[name] !== null);
    if (field !== undefined) spelling[setting] = field;
  }
  if (body['functions']) spelling['tools'] = 'functions';
  return spelling;
}

function numberAt(body: JsonObject, param: string): number | undefined {
  const value = body[param];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number') return value;
  if (isKeptNumber(value)) return Number(value.rawJSON);
  throw refuse(param, `Invalid type for '${param}': expected a number.`);
}

function booleanAt(body: JsonObject, param: string): boolean | undefined {
  const value = body[param];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  throw refuse(param, `Invalid type for '${param}': expected a boolean.`);
}

function jsonAt(body: JsonObject, param: string): string | undefined {
  const value = body[param];
  return value === undefined || value === null ? undefined : JSON.stringify(value);
}

function stopOf(stop: unknown): readonly string[] | undefined {
  if (stop === undefined || stop === null) return undefined;
  if (typeof stop === 'string') return [stop];
  if (Array.isArray(stop)) return stop.map((each, place) => stringAt(each, `stop[${place}]`));
  throw refuse('stop', "Invalid type for 'stop': expected a string or an array of strings.");
}

/** A seed may have more digits than a double holds. */
function seedOf(seed: unknown): string | undefined {
  if (seed === undefined || seed === null) return undefined;
  if (typeof seed === 'number') return String(seed);
  if (isKeptNumber(seed)) return seed.rawJSON;
  throw refuse('seed', "Invalid type for 'seed': expected an integer.");
}

/** `reasoning_effort`, and OpenRouter's `reasoning`. */
function reasoningOf(body: JsonObject): Reasoning | undefined {
  const object = asObject(body['reasoning']);
  const effort = optionalString(body['reasoning_effort'] ?? object?.['effort'], 'reasoning_effort');
  const budget = object?.['max_tokens'];
  if (effort === undefined && typeof budget !== 'number') return undefined;
  return { ...(effort !== undefined && { effort }), ...(typeof budget === 'number' && { budgetTokens: budget }) };
}

function outputFormOf(format: unknown): OutputForm | undefined {
  if (format === undefined || format === null) return undefined;
  const object = objectAt(format, 'response_format');
  if (object['type'] === 'text') return { kind: 'text' };
  if (object['type'] === 'json_object') return { kind: 'json' };
  if (object['type'] !== 'json_schema') {
    throw refuse('response_format.type', "The type is 'text', 'json_object' or 'json_schema'.");
  }
  const at = 'response_format.json_schema';
  const form = objectAt(object['json_schema'], at);
  const description = optionalString(form['description'], `${at}.description`);
  return {
    kind: 'schema',
    name: optionalString(form['name'], `${at}.name`) ?? 'answer',
    ...(description !== undefined && { description }),
    schema: JSON.stringify(form['schema'] ?? {}),
    ...(typeof form['strict'] === 'boolean' && { isStrict: form['strict'] }),
  };
}
