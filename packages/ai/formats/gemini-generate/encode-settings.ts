import type { ChatRequest, ChatSettings } from '../../chat/chat-request.ts';
import { RawJson } from '../../json/write-json.ts';
import type { Unplaced } from '../../translate/unplaced.ts';

type Fields = Readonly<Record<string, unknown>>;

/** As many as the API takes. */
const STOP_SEQUENCES_MAX = 5;

/** Settings that Gemini lacks. A refusal is better than an answer without something that the client relies on. */
const lacking: readonly {
  readonly setting: keyof ChatSettings;
  readonly isAsked: (settings: ChatSettings) => boolean;
}[] = [
  // Its odds have a form of their own, which no other format has a place for.
  { setting: 'logprobs', isAsked: ({ logprobs }) => logprobs === true },
  { setting: 'topLogprobs', isAsked: ({ topLogprobs = 0 }) => topLogprobs > 0 },
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

/** Tiers of other formats that mean the usual one, or whatever the account has. */
const usualTiers: ReadonlySet<string> = new Set(['auto', 'default', 'standard']);

/** Refuses, or leaves out, what Gemini has no place for. */
export function refuseUnplaced({ settings, others }: ChatRequest, unplaced: Unplaced): void {
  for (const { setting, isAsked } of lacking) {
    if (isAsked(settings)) unplaced.leaveOut(setting, 'Gemini has nothing like it');
  }
  const { serviceTier } = settings;
  if (serviceTier !== undefined && !usualTiers.has(serviceTier)) {
    unplaced.leaveOut('serviceTier', `Gemini has no tier '${serviceTier}'`);
  }
  for (const name of others.keys()) {
    if (!harmlessFields.has(name)) unplaced.leaveOut(name, 'Gemini has nothing like it');
  }
}

/** What of `generationConfig` says nothing of bounds and thoughts. */
export function encodeGeneration(settings: ChatSettings, unplaced: Unplaced): Fields {
  const { temperature, topP, topK, seed, presencePenalty, frequencyPenalty, choices = 1 } = settings;
  return {
    temperature,
    topP,
    topK,
    seed: seed === undefined ? undefined : new RawJson(seed),
    presencePenalty: presencePenalty || undefined,
    frequencyPenalty: frequencyPenalty || undefined,
    candidateCount: choices > 1 ? choices : undefined,
    stopSequences: encodeStop(settings.stop, unplaced),
    ...encodeForm(settings),
  };
}

function encodeStop(stop: readonly string[] | undefined, unplaced: Unplaced): readonly string[] | undefined {
  const told = stop?.filter((sequence) => sequence !== '') ?? [];
  if (told.length > STOP_SEQUENCES_MAX) {
    unplaced.leaveOut('stop', `at most ${STOP_SEQUENCES_MAX} stop sequences are taken`);
  }
  return told.length > 0 ? told.slice(0, STOP_SEQUENCES_MAX) : undefined;
}

function encodeForm({ outputForm }: ChatSettings): Fields {
  if (outputForm === undefined || outputForm.kind === 'text') return {};
  const responseMimeType = 'application/json';
  return outputForm.kind === 'schema'
    ? { responseMimeType, responseJsonSchema: new RawJson(outputForm.schema) }
    : { responseMimeType };
}
