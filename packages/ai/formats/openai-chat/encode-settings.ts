import type { ChatRequest, ChatSettings, OutputForm, Reasoning } from '../../chat/chat-request.ts';
import { samplingAt } from '../openai-sampling.ts';
import { type Encoding, type Fields, raw } from './encoding.ts';

/** Tiers of service that OpenAI sells by these names. Anthropic's `standard_only` is its `default`. */
const tiers: ReadonlyMap<string, string> = new Map([
  ...['auto', 'default', 'flex', 'scale', 'priority', 'fast', 'ultrafast'].map((tier) => [tier, tier] as const),
  ['standard', 'default'],
  ['standard_only', 'default'],
]);

/** From so many tokens for thoughts on, the effort is called this. */
const efforts: readonly (readonly [fromTokens: number, effort: string])[] = [
  [24_000, 'high'],
  [6_000, 'medium'],
  [1, 'low'],
];

/** What is said of the answer, as fields of a request. */
export function encodeSettings({ settings, tools }: ChatRequest, encoding: Encoding): Fields {
  const { unplaced, target } = encoding;
  const sampling = samplingAt(settings, target.model, unplaced);
  if (settings.topK !== undefined) unplaced.leaveOut('topK', 'chat has no top_k');
  // The answer could not tell them: no other format has a place for them.
  if (settings.logprobs === true) unplaced.leaveOut('logprobs', 'they are told to clients of chat completions only');
  if (settings.topLogprobs !== undefined && settings.topLogprobs > 0) {
    unplaced.leaveOut('topLogprobs', 'they are told to clients of chat completions only');
  }
  return {
    temperature: sampling.temperature,
    top_p: sampling.topP,
    stop: settings.stop,
    seed: raw(settings.seed),
    presence_penalty: settings.presencePenalty,
    frequency_penalty: settings.frequencyPenalty,
    logit_bias: raw(settings.logitBias),
    n: settings.choices === 1 ? undefined : settings.choices,
    reasoning_effort: effortOf(settings.reasoning),
    response_format: formatOf(settings.outputForm),
    // OpenAI refuses it without tools.
    parallel_tool_calls: tools.length > 0 ? settings.isParallelToolUse : undefined,
    user: settings.endUser,
    service_tier: tierOf(settings, encoding),
    modalities: raw(settings.modalities),
    audio: raw(settings.audio),
    prediction: raw(settings.prediction),
    ...newest(settings, encoding, target.rules.takesNewest === true),
  };
}

function newest({ verbosity, promptCacheKey }: ChatSettings, { unplaced }: Encoding, isTaken: boolean): Fields {
  if (isTaken) return { verbosity, prompt_cache_key: promptCacheKey };
  // A wish for a length that others do not know. The answer is one without.
  if (verbosity !== undefined) unplaced.tell('verbosity');
  return {};
}

function effortOf(reasoning: Reasoning | undefined): string | undefined {
  if (reasoning?.effort !== undefined) return reasoning.effort;
  const budget = reasoning?.budgetTokens;
  return budget === undefined ? undefined : efforts.find(([fromTokens]) => budget >= fromTokens)?.[1];
}

function formatOf(form: OutputForm | undefined): unknown {
  if (form?.kind !== 'schema') return form?.kind === 'json' ? { type: 'json_object' } : undefined;
  const { name, description, schema, isStrict } = form;
  return { type: 'json_schema', json_schema: { name, description, schema: raw(schema), strict: isStrict } };
}

function tierOf({ serviceTier }: ChatSettings, { unplaced }: Encoding): string | undefined {
  if (serviceTier === undefined) return undefined;
  const tier = tiers.get(serviceTier);
  if (tier === undefined) unplaced.leaveOut('serviceTier', `'${serviceTier}' is no tier of a provider of chat`);
  return tier;
}
