import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { ChatRequest, ChatSettings, OutputForm, Reasoning } from '../../chat/chat-request.ts';
import { isKeptNumber } from '../../json/kept-number.ts';
import { writeJson } from '../../json/write-json.ts';
import { decodeChoice } from './decode-tools.ts';
import { fieldOf, protoName } from './fields.ts';
import { refuse } from './refuse.ts';
import { generationFields } from './request-fields.ts';
import { jsonSchemaOf } from './schema.ts';

/** What an output form is called elsewhere, where it has to have a name. */
const FORM_NAME = 'answer';

const spelling: ChatRequest['spelling'] = {
  temperature: 'generationConfig.temperature',
  topP: 'generationConfig.topP',
  topK: 'generationConfig.topK',
  stop: 'generationConfig.stopSequences',
  seed: 'generationConfig.seed',
  presencePenalty: 'generationConfig.presencePenalty',
  frequencyPenalty: 'generationConfig.frequencyPenalty',
  choices: 'generationConfig.candidateCount',
  logprobs: 'generationConfig.responseLogprobs',
  topLogprobs: 'generationConfig.logprobs',
  reasoning: 'generationConfig.thinkingConfig',
  outputForm: 'generationConfig.responseJsonSchema',
  toolChoice: 'toolConfig.functionCallingConfig',
  modalities: 'generationConfig.responseModalities',
  audio: 'generationConfig.speechConfig',
  serviceTier: 'serviceTier',
  tools: 'tools',
};

/** Read elsewhere (the bound), or of no matter to another model. */
const passedOver: ReadonlySet<string> = new Set(['maxOutputTokens', 'mediaResolution']);

const read: ReadonlySet<string> = new Set(generationFields.flatMap((name) => [name, protoName(name)]));

interface DecodedSettings {
  readonly settings: ChatSettings;
  readonly spelling: ChatRequest['spelling'];
  /** Fields of the configuration that have no canonical meaning. */
  readonly others: readonly (readonly [string, string])[];
}

/** What a request says of its answer, and what it calls each of it. */
export function decodeSettings(
  body: JsonObject,
  config: JsonObject | null,
  toolConfig: JsonObject | null,
): DecodedSettings {
  const number = (name: string): number | undefined => numberOf(fieldOf(config, name), `generationConfig.${name}`);
  const stop = fieldOf(config, 'stopSequences');
  const seed = fieldOf(config, 'seed');
  const modalities = asArray(fieldOf(config, 'responseModalities')).map((each) => String(each).toLowerCase());
  const speech = fieldOf(config, 'speechConfig');
  const tier = fieldOf(body, 'serviceTier');
  const settings: ChatSettings = {
    temperature: number('temperature'),
    topP: number('topP'),
    topK: number('topK'),
    stop: stop === undefined ? undefined : asArray(stop).filter((text) => typeof text === 'string'),
    seed: seed === undefined || seed === null ? undefined : writeJson(seed),
    presencePenalty: number('presencePenalty'),
    frequencyPenalty: number('frequencyPenalty'),
    choices: number('candidateCount'),
    logprobs: fieldOf(config, 'responseLogprobs') === true ? true : undefined,
    topLogprobs: number('logprobs'),
    reasoning: decodeReasoning(asObject(fieldOf(config, 'thinkingConfig'))),
    outputForm: decodeForm(config),
    toolChoice: decodeChoice(toolConfig),
    modalities: modalities.length > 0 ? JSON.stringify(modalities) : undefined,
    audio: speech === undefined ? undefined : JSON.stringify(speech),
    serviceTier: typeof tier === 'string' && tier.toLowerCase() !== 'standard' ? tier.toLowerCase() : undefined,
  };
  return { settings, spelling, others: othersOf(config) };
}

function othersOf(config: JsonObject | null): readonly (readonly [string, string])[] {
  return Object.entries(config ?? {})
    .filter(([name, value]) => !read.has(name) && !passedOver.has(name) && value !== null && value !== undefined)
    .map(([name, value]) => [`generationConfig.${name}`, JSON.stringify(value)] as const);
}

function numberOf(value: unknown, param: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (isKeptNumber(value)) return Number(value.rawJSON);
  if (typeof value !== 'number') throw refuse(param, `'${param}' has to be a number.`);
  return value;
}

/** A budget of -1 lets the model decide, as it does where nothing is said. */
function decodeReasoning(thinking: JsonObject | null): Reasoning | undefined {
  if (thinking === null) return undefined;
  const budget = fieldOf(thinking, 'thinkingBudget');
  const level = fieldOf(thinking, 'thinkingLevel');
  const isTold = fieldOf(thinking, 'includeThoughts') === true;
  if (budget === 0) return { effort: 'none', budgetTokens: 0, mode: 'disabled' };
  const reasoning: Reasoning = {
    ...(typeof budget === 'number' && budget > 0 && { budgetTokens: budget }),
    ...(typeof level === 'string' && { effort: level.toLowerCase() }),
    ...(isTold && { summary: 'auto' }),
  };
  return Object.keys(reasoning).length === 0 ? undefined : reasoning;
}

function decodeForm(config: JsonObject | null): OutputForm | undefined {
  const jsonSchema = asObject(fieldOf(config, 'responseJsonSchema'));
  const own = asObject(fieldOf(config, 'responseSchema'));
  const schema = jsonSchema ?? (own === null ? null : jsonSchemaOf(own));
  const type = fieldOf(config, 'responseMimeType');
  if (schema !== null) return { kind: 'schema', name: FORM_NAME, schema: JSON.stringify(schema) };
  if (type === 'application/json') return { kind: 'json' };
  return undefined;
}
