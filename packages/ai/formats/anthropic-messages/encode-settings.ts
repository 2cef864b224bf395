import { createHash } from 'node:crypto';
import type { ChatRequest, ChatSettings } from '../../chat/chat-request.ts';
import type { Unplaced } from '../../translate/unplaced.ts';

/** Settings that Messages lacks. A refusal is better than an answer without something that the client relies on. */
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

/** Refuses, or leaves out, what Messages has no place for whatever the model. */
export function refuseUnplaced({ settings, others }: ChatRequest, unplaced: Unplaced): void {
  for (const { setting, isAsked } of lacking) {
    if (isAsked(settings)) unplaced.leaveOut(setting, 'Messages has nothing like it');
  }
  for (const name of others.keys()) {
    if (!harmlessFields.has(name)) unplaced.leaveOut(name, 'Messages has nothing like it');
  }
}

/** The settings that are the same for every model. */
export function encodeSettings(settings: ChatSettings, unplaced: Unplaced): Readonly<Record<string, unknown>> {
  const { endUser } = settings;
  return {
    stop_sequences: encodeStop(settings.stop, unplaced),
    metadata: endUser === undefined || endUser === '' ? undefined : { user_id: opaqueUser(endUser) },
    ...encodeTier(settings.serviceTier, unplaced),
  };
}

function encodeStop(stop: readonly string[] | undefined, unplaced: Unplaced): readonly string[] | undefined {
  const told = stop?.filter((sequence) => sequence !== '') ?? [];
  const taken = told.filter((sequence) => sequence.trim() !== '');
  if (taken.length < told.length) unplaced.leaveOut('stop', 'a stop sequence of white space alone is not taken');
  return taken.length > 0 ? taken : undefined;
}

const USER_MAX_CHARACTERS = 256;
const identifying = /@|^\s*\+?[\d\s()./-]{7,}$/;

/** Anthropic refuses addresses and telephone numbers, and wants an opaque value. The hash is the same for the same user. */
function opaqueUser(endUser: string): string {
  if (!identifying.test(endUser) && endUser.length <= USER_MAX_CHARACTERS) return endUser;
  return createHash('sha256').update(endUser).digest('hex');
}

/** The tiers of other formats. Priority is what the account has been promised: `auto` takes it where there is any. */
const tiers: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map([
  ['auto', { service_tier: 'auto' }],
  ['priority', { service_tier: 'auto' }],
  ['default', { service_tier: 'standard_only' }],
  ['standard', { service_tier: 'standard_only' }],
  ['fast', { speed: 'fast' }],
]);

function encodeTier(tier: string | undefined, unplaced: Unplaced): Readonly<Record<string, string>> {
  if (tier === undefined) return {};
  const encoded = tiers.get(tier);
  if (encoded === undefined) unplaced.leaveOut('serviceTier', `Messages has no tier '${tier}'`);
  return encoded ?? {};
}
