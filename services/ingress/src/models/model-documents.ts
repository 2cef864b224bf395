import type { ModelFacts } from '#catalogue/model-facts.ts';
import type { RoutedModel } from '#contracts/router.ts';
import { geminiChatCalls, geminiVectorCalls } from '../http/gemini-url.ts';

const SECOND_MS = 1_000;

/** A model, and what is known of it. */
export interface ShownModel {
  readonly model: RoutedModel;
  readonly facts: ModelFacts;
  /** Of the look: what has come by then is so. */
  readonly nowMs: number;
}

/** Where a model is in its life, in Anthropic's words. It is never `retired`: it can be asked for, and its provider says no. */
export type Lifecycle = 'active' | 'deprecated';

export function lifecycleOf({ facts: { deprecatedAtMs }, nowMs }: ShownModel): Lifecycle {
  return deprecatedAtMs !== undefined && deprecatedAtMs <= nowMs ? 'deprecated' : 'active';
}

/** A model as OpenAI's SDKs read it, with what else is known of it. What is not known is left out. */
export function openAiModel({ model: { id, createdAtS, ownedBy }, facts }: ShownModel) {
  const { contextTokens, outputTokensMax, inputModalities, outputModalities, capabilities } = facts;
  const { deprecatedAtMs, retiresAtMs, successor } = facts;
  return {
    id,
    object: 'model',
    created: createdAtS,
    owned_by: ownedBy,
    ...(contextTokens > 0 ? { context_window: contextTokens } : {}),
    ...(outputTokensMax > 0 ? { max_output_tokens: outputTokensMax } : {}),
    ...(inputModalities.length > 0 ? { input_modalities: inputModalities } : {}),
    ...(outputModalities.length > 0 ? { output_modalities: outputModalities } : {}),
    ...(capabilities.length > 0 ? { capabilities } : {}),
    ...(deprecatedAtMs === undefined ? {} : { deprecated_at: timeText(deprecatedAtMs) }),
    // OpenAI's own name of the day, beside the one that the gateway has in both forms.
    ...(retiresAtMs === undefined
      ? {}
      : { retires_at: timeText(retiresAtMs), shutdown_date: timeText(retiresAtMs).slice(0, 10) }),
    ...(successor === undefined ? {} : { successor }),
  };
}

/** A model as Anthropic's SDKs read it. What the gateway does not know of a model is null. */
export function anthropicModel(shown: ShownModel) {
  const { id, createdAtS } = shown.model;
  const { contextTokens, outputTokensMax, deprecatedAtMs, retiresAtMs, successor } = shown.facts;
  const lifecycle = lifecycleOf(shown);
  return {
    type: 'model',
    id,
    display_name: id,
    created_at: timeText(createdAtS * SECOND_MS),
    lifecycle,
    deprecated_at: lifecycle === 'deprecated' && deprecatedAtMs !== undefined ? timeText(deprecatedAtMs) : null,
    retires_at: retiresAtMs === undefined ? null : timeText(retiresAtMs),
    line: null,
    capabilities: null,
    max_input_tokens: contextTokens || null,
    max_tokens: outputTokensMax || null,
    ...(successor === undefined ? {} : { successor }),
  };
}

/** A model as Google's SDKs read it. What is not known is left out. */
export function geminiModel({ model: { id }, facts }: ShownModel) {
  const { contextTokens, outputTokensMax, outputModalities, capabilities } = facts;
  return {
    name: `models/${id}`,
    baseModelId: id,
    version: '',
    displayName: id,
    ...(contextTokens > 0 ? { inputTokenLimit: contextTokens } : {}),
    ...(outputTokensMax > 0 ? { outputTokenLimit: outputTokensMax } : {}),
    supportedGenerationMethods: outputModalities.includes('embedding') ? geminiVectorCalls : geminiChatCalls,
    ...(capabilities.includes('reasoning') ? { thinking: true } : {}),
  };
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z');
}
