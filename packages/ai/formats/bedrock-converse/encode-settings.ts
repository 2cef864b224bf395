import type { ChatRequest, ChatSettings } from '../../chat/chat-request.ts';
import type { Unplaced } from '../../translate/unplaced.ts';
import { encodeSampling } from '../anthropic-messages/encode-sampling.ts';
import type { ModelTraits } from './model-traits.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Settings that Converse lacks. A refusal is better than an answer without something that the client relies on. */
const lacking: readonly {
  readonly setting: keyof ChatSettings;
  readonly isAsked: (settings: ChatSettings) => boolean;
}[] = [
  { setting: 'choices', isAsked: ({ choices = 1 }) => choices > 1 },
  { setting: 'logprobs', isAsked: ({ logprobs }) => logprobs === true },
  { setting: 'topLogprobs', isAsked: ({ topLogprobs = 0 }) => topLogprobs > 0 },
  { setting: 'seed', isAsked: ({ seed }) => seed !== undefined },
  { setting: 'presencePenalty', isAsked: ({ presencePenalty = 0 }) => presencePenalty !== 0 },
  { setting: 'frequencyPenalty', isAsked: ({ frequencyPenalty = 0 }) => frequencyPenalty !== 0 },
  { setting: 'logitBias', isAsked: ({ logitBias = '{}' }) => !emptyJson.test(logitBias) },
  { setting: 'verbosity', isAsked: ({ verbosity = 'medium' }) => verbosity !== 'medium' },
  { setting: 'modalities', isAsked: ({ modalities = '["text"]' }) => !textOnly.test(modalities) },
  { setting: 'audio', isAsked: ({ audio }) => audio !== undefined },
  { setting: 'prediction', isAsked: ({ prediction }) => prediction !== undefined },
];
const emptyJson = /^\s*(?:\{\s*\}|null)\s*$/;
const textOnly = /^\s*\[\s*(?:"text"\s*)?\]\s*$/;

/** Fields of other formats that change no answer: what is stored and cached is the provider's matter. */
const harmlessFields: ReadonlySet<string> = new Set([
  ...['store', 'stream_options', 'prompt_cache_retention', 'prompt_cache_options', 'safety_identifier'],
]);

/** Refuses, or leaves out, what Converse has no place for whatever the model. */
export function refuseUnplaced({ settings, others }: ChatRequest, unplaced: Unplaced): void {
  for (const { setting, isAsked } of lacking) {
    if (isAsked(settings)) unplaced.leaveOut(setting, 'Converse has nothing like it');
  }
  for (const name of others.keys()) {
    if (!harmlessFields.has(name)) unplaced.leaveOut(name, 'Converse has nothing like it');
  }
}

export interface EncodedInference {
  /** `inferenceConfig` without the bound. */
  readonly config: Fields;
  /** Of `additionalModelRequestFields`. */
  readonly fields: Fields;
}

/** `isThinking`: a Claude that thinks takes the default temperature only. */
export function encodeInference(
  settings: ChatSettings,
  traits: ModelTraits,
  isThinking: boolean,
  unplaced: Unplaced,
): EncodedInference {
  const { temperature, topP, topK } = encodedSampling(settings, traits, isThinking, unplaced);
  return {
    config: { temperature, topP, stopSequences: encodeStop(settings.stop, traits, unplaced) },
    fields: topK === undefined ? {} : (traits.topK?.(topK) ?? {}),
  };
}

/** Amazon takes a temperature of 1 at most. */
const TEMPERATURE_MAX = 1;

function encodedSampling(
  settings: ChatSettings,
  { claude, takesSampling, topK: takesTopK }: ModelTraits,
  isThinking: boolean,
  unplaced: Unplaced,
): Pick<ChatSettings, 'temperature' | 'topP' | 'topK'> {
  if (claude !== null) {
    const { temperature, top_p: topP, top_k: topK } = encodeSampling(settings, claude, isThinking, unplaced);
    return { temperature, topP, topK };
  }
  const { temperature, topP, topK } = settings;
  if (topK !== undefined && takesTopK === null) unplaced.leaveOut('topK', 'Converse names none for this model');
  if (takesSampling) {
    return { temperature: temperature === undefined ? undefined : Math.min(temperature, TEMPERATURE_MAX), topP, topK };
  }
  const why = 'this model does not take it';
  if (temperature !== undefined && temperature !== 1) unplaced.leaveOut('temperature', why);
  if (topP !== undefined && topP !== 1) unplaced.leaveOut('topP', why);
  return { topK };
}

function encodeStop(
  stop: readonly string[] | undefined,
  { claude, takesStop }: ModelTraits,
  unplaced: Unplaced,
): readonly string[] | undefined {
  const told = stop?.filter((sequence) => sequence !== '') ?? [];
  if (told.length > 0 && !takesStop) {
    unplaced.leaveOut('stop', 'this model takes none');
    return undefined;
  }
  const taken = claude === null ? told : told.filter((sequence) => sequence.trim() !== '');
  if (taken.length < told.length) unplaced.leaveOut('stop', 'a stop sequence of white space alone is not taken');
  return taken.length > 0 ? taken : undefined;
}

/** Tiers by Amazon's names. What is left open is Amazon's usual one. */
const tiers: ReadonlyMap<string, string | undefined> = new Map([
  ['auto', undefined],
  ['default', 'default'],
  ['standard', 'default'],
  ['flex', 'flex'],
  ['priority', 'priority'],
]);

/** `serviceTier`; undefined: none. */
export function encodeTier({ serviceTier: tier }: ChatSettings, unplaced: Unplaced): Fields | undefined {
  if (tier === undefined) return undefined;
  if (!tiers.has(tier)) unplaced.leaveOut('serviceTier', `Bedrock has no tier '${tier}'`);
  const type = tiers.get(tier);
  return type === undefined ? undefined : { type };
}
