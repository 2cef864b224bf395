import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { ChatRequest, ChatSettings, OutputForm, Reasoning } from '../../chat/chat-request.ts';
import { decodeToolChoice } from './decode-tools.ts';
import { booleanOrNone, invalidFault, numberOrNone, objectAt, stringAt, stringOrNone } from './wrong-field.ts';

/** What a client of this format calls the settings. */
export const settingSpelling: ChatRequest['spelling'] = {
  topP: 'top_p',
  reasoning: 'reasoning',
  verbosity: 'text.verbosity',
  outputForm: 'text.format',
  toolChoice: 'tool_choice',
  isParallelToolUse: 'parallel_tool_calls',
  endUser: 'safety_identifier',
  serviceTier: 'service_tier',
  promptCacheKey: 'prompt_cache_key',
  logprobs: 'include',
  topLogprobs: 'top_logprobs',
};

export interface DecodedSettings {
  readonly settings: ChatSettings;
  /** Parts of fields that have no canonical meaning, by their paths. */
  readonly others: ReadonlyMap<string, string>;
}

export function decodeSettings(body: JsonObject): DecodedSettings {
  const others = new Map<string, string>();
  const text = body['text'] === undefined || body['text'] === null ? null : objectAt(body['text'], 'text');
  const topLogprobs = numberOrNone(body['top_logprobs'], 'top_logprobs');
  const settings: ChatSettings = {
    temperature: numberOrNone(body['temperature'], 'temperature'),
    topP: numberOrNone(body['top_p'], 'top_p'),
    reasoning: decodeReasoning(body['reasoning'], others),
    verbosity: stringOrNone(text?.['verbosity'], 'text.verbosity'),
    outputForm: decodeForm(text?.['format']),
    toolChoice: decodeToolChoice(body['tool_choice'], others),
    isParallelToolUse: booleanOrNone(body['parallel_tool_calls'], 'parallel_tool_calls'),
    endUser: stringOrNone(body['safety_identifier'], 'safety_identifier') ?? stringOrNone(body['user'], 'user'),
    metadata: decodeMetadata(body['metadata']),
    serviceTier: stringOrNone(body['service_tier'], 'service_tier'),
    promptCacheKey: stringOrNone(body['prompt_cache_key'], 'prompt_cache_key'),
    logprobs: (topLogprobs ?? 0) > 0 || includesLogprobs(body['include']) ? true : undefined,
    topLogprobs: topLogprobs === 0 ? undefined : topLogprobs,
  };
  return { settings: withoutUndefined(settings), others };
}

function withoutUndefined(settings: ChatSettings): ChatSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function includesLogprobs(include: unknown): boolean {
  return asArray(include).includes('message.output_text.logprobs');
}

/** What of `reasoning` every model does anyway. */
const usualReasoning: Readonly<Record<string, string>> = { context: 'auto', mode: 'standard' };

function decodeReasoning(value: unknown, others: Map<string, string>): Reasoning | undefined {
  if (value === undefined || value === null) return undefined;
  const reasoning = objectAt(value, 'reasoning');
  for (const [name, usual] of Object.entries(usualReasoning)) {
    const said = stringOrNone(reasoning[name], `reasoning.${name}`);
    if (said !== undefined && said !== usual) others.set(`reasoning.${name}`, JSON.stringify(said));
  }
  const effort = stringOrNone(reasoning['effort'], 'reasoning.effort');
  const summary =
    stringOrNone(reasoning['summary'], 'reasoning.summary') ??
    stringOrNone(reasoning['generate_summary'], 'reasoning.generate_summary');
  if (effort === undefined && summary === undefined) return undefined;
  return { ...(effort === undefined ? {} : { effort }), ...(summary === undefined ? {} : { summary }) };
}

function decodeForm(value: unknown): OutputForm | undefined {
  if (value === undefined || value === null) return undefined;
  const format = objectAt(value, 'text.format');
  switch (format['type']) {
    case 'text':
      return { kind: 'text' };
    case 'json_object':
      return { kind: 'json' };
    case 'json_schema': {
      const description = stringOrNone(format['description'], 'text.format.description');
      const isStrict = booleanOrNone(format['strict'], 'text.format.strict');
      return {
        kind: 'schema',
        name: stringAt(format['name'], 'text.format.name'),
        schema: JSON.stringify(objectAt(format['schema'], 'text.format.schema')),
        ...(description === undefined ? {} : { description }),
        ...(isStrict === undefined ? {} : { isStrict }),
      };
    }
    default:
      throw invalidFault(
        "Invalid value for 'text.format.type': supported values are text, json_object, json_schema.",
        'text.format.type',
      );
  }
}

function decodeMetadata(value: unknown): string | undefined {
  const metadata = asObject(value);
  if (metadata === null) {
    if (value !== undefined && value !== null) objectAt(value, 'metadata');
    return undefined;
  }
  return Object.keys(metadata).length === 0 ? undefined : JSON.stringify(metadata);
}
