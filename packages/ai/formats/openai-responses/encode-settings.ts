import type { ChatRequest, ChatSettings, OutputForm, Reasoning } from '../../chat/chat-request.ts';
import { RawJson } from '../../json/write-json.ts';
import type { Unplaced } from '../../translate/unplaced.ts';
import { samplingAt } from '../openai-sampling.ts';
import type { EncodedField } from './encoded-field.ts';

/** Settings that Responses has no field for, and why a request with them cannot be what it was. */
const withoutPlace: readonly (readonly [keyof ChatSettings, string])[] = [
  ['topK', 'Responses has no top_k'],
  ['stop', 'Responses has no stop sequences'],
  ['seed', 'Responses has no seed'],
  ['presencePenalty', 'Responses has no penalties'],
  ['frequencyPenalty', 'Responses has no penalties'],
  ['logitBias', 'Responses has no logit_bias'],
  ['audio', 'Responses answers in text'],
  ['prediction', 'Responses takes no prediction'],
  ['logprobs', 'odds of tokens are told to clients of Responses only'],
];

export function encodeSettings(request: ChatRequest, unplaced: Unplaced, model: string): EncodedField[] {
  const { settings } = request;
  const sampling = samplingAt(settings, model, unplaced);
  for (const [setting, why] of withoutPlace) {
    const value = settings[setting] ?? false;
    if (value !== false) unplaced.leaveOut(setting, why);
  }
  if ((settings.choices ?? 1) > 1) unplaced.leaveOut('choices', 'Responses gives one answer');
  if (settings.modalities !== undefined && !isTextAlone(settings.modalities)) {
    unplaced.leaveOut('modalities', 'Responses answers in text');
  }
  const serviceTier = encodeTier(settings.serviceTier, unplaced);
  return [
    { name: 'temperature', setting: 'temperature', value: sampling.temperature },
    { name: 'top_p', setting: 'topP', value: sampling.topP },
    { name: 'reasoning', setting: 'reasoning', value: encodeReasoning(settings.reasoning) },
    { name: 'text', setting: 'outputForm', value: encodeText(settings) },
    { name: 'include', setting: null, value: encodeInclude(request) },
    ...encodeEndUser(settings.endUser),
    { name: 'metadata', setting: 'metadata', value: raw(settings.metadata) },
    { name: 'service_tier', setting: 'serviceTier', value: serviceTier },
    { name: 'prompt_cache_key', setting: 'promptCacheKey', value: settings.promptCacheKey },
  ];
}

function isTextAlone(modalities: string): boolean {
  return /^\s*\[\s*"text"\s*\]\s*$/.test(modalities);
}

/** Budgets of thinking as words of effort: each word stands for budgets up to its own. Every model that thinks takes `high`. */
const efforts: readonly (readonly [budgetTokensMax: number, effort: string])[] = [
  [2_048, 'low'],
  [8_192, 'medium'],
];

function encodeReasoning(reasoning: Reasoning | undefined) {
  if (reasoning === undefined) return undefined;
  const { effort, budgetTokens, mode } = reasoning;
  if (mode === 'disabled' && effort === undefined) return undefined;
  const fromBudget =
    budgetTokens === undefined ? undefined : (efforts.find(([max]) => budgetTokens <= max)?.[1] ?? 'high');
  const encoded = { effort: effort ?? fromBudget, summary: summaryOf(reasoning) };
  return encoded.effort === undefined && encoded.summary === undefined ? undefined : encoded;
}

const summaries: ReadonlySet<string> = new Set(['auto', 'concise', 'detailed']);

/** A client that turns thinking on is told of it unless it says otherwise; the thoughts themselves are not to be had here. */
function summaryOf({ summary, mode }: Reasoning): string | undefined {
  if (summary === 'omitted') return undefined;
  if (summary !== undefined) return summaries.has(summary) ? summary : 'auto';
  return mode === undefined || mode === 'disabled' ? undefined : 'auto';
}

/** What is asked for beside the answer: proofs of thoughts, for clients that can send them back. */
function encodeInclude({ settings, messages }: ChatRequest): string[] | undefined {
  const { reasoning } = settings;
  const isThinking = reasoning?.mode !== undefined && reasoning.mode !== 'disabled';
  const hasProofs = messages.some(
    ({ role, content }) => role === 'assistant' && content.some((part) => part.type === 'reasoning' && part.proof),
  );
  return isThinking || (hasProofs && reasoning !== undefined) ? ['reasoning.encrypted_content'] : undefined;
}

function encodeText({ outputForm, verbosity }: ChatSettings) {
  if (outputForm === undefined && verbosity === undefined) return undefined;
  return { format: outputForm === undefined ? undefined : encodeForm(outputForm), verbosity };
}

function encodeForm(form: OutputForm) {
  if (form.kind !== 'schema') return { type: form.kind === 'json' ? 'json_object' : 'text' };
  return {
    type: 'json_schema',
    name: form.name,
    description: form.description,
    schema: new RawJson(form.schema),
    strict: form.isStrict,
  };
}

/** OpenAI takes no longer identifiers; `user` is what they were called before. */
const IDENTIFIER_MAX_CHARACTERS = 64;

function encodeEndUser(endUser: string | undefined): EncodedField[] {
  if (endUser === undefined) return [];
  const name = endUser.length <= IDENTIFIER_MAX_CHARACTERS ? 'safety_identifier' : 'user';
  return [{ name, setting: 'endUser', value: endUser }];
}

const tiers: ReadonlyMap<string, string> = new Map([
  ...['auto', 'default', 'flex', 'scale', 'priority', 'fast', 'ultrafast'].map((tier) => [tier, tier] as const),
  ['standard_only', 'default'],
  ['standard', 'default'],
]);

function encodeTier(tier: string | undefined, unplaced: Unplaced): string | undefined {
  if (tier === undefined) return undefined;
  const known = tiers.get(tier);
  if (known === undefined) unplaced.leaveOut('serviceTier', `Responses has no tier '${tier}'`);
  return known;
}

function raw(json: string | undefined): RawJson | undefined {
  return json === undefined ? undefined : new RawJson(json);
}
