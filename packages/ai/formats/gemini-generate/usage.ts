import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { Unit } from '../../units.ts';
import { REPORTED_MAX_CHARACTERS, type Usage, type UsageReport } from '../../usage.ts';

/** `searches`: what the answer's grounding says it looked for. */
export interface Reported {
  readonly usageMetadata: JsonObject | null;
  readonly searches: number;
}

/**
 * A report of usage (`usageMetadata`) in units that are disjoint. The prompt's count includes what was cached; what tools read
 * comes beside it; thoughts come beside the answer. Pictures and video cost as text does, sound does not. What cannot be is clamped
 * or left out, and flagged; the rest counts. null: the report says nothing of prompt or answer, or zero of all.
 * https://ai.google.dev/api/generate-content#UsageMetadata
 */
export function readGeminiUsage({ usageMetadata: usage, searches }: Reported): UsageReport | null {
  if (usage === null) return null;
  const flags: string[] = [];
  const count = (field: string): number | null => countOf(usage, field, flags);
  const prompt = count('promptTokenCount');
  const answer = count('candidatesTokenCount');
  const thoughts = count('thoughtsTokenCount') ?? 0;
  if (prompt === null && answer === null && thoughts === 0) return null;
  const cached = clamped(count('cachedContentTokenCount') ?? 0, prompt ?? 0, 'cachedContentTokenCount', flags);
  const sound = modality(usage, 'promptTokensDetails', 'AUDIO', flags);
  const cachedSound = clamped(
    modality(usage, 'cacheTokensDetails', 'AUDIO', flags),
    cached,
    'cacheTokensDetails',
    flags,
  );
  const fresh = (prompt ?? 0) - cached;
  const freshSound = clamped(Math.max(0, sound - cachedSound), fresh, 'promptTokensDetails', flags);
  const written = answer ?? 0;
  const spoken = clamped(
    modality(usage, 'candidatesTokensDetails', 'AUDIO', flags),
    written,
    'candidatesTokensDetails',
    flags,
  );
  const drawn = clamped(
    modality(usage, 'candidatesTokensDetails', 'IMAGE', flags),
    written - spoken,
    'candidatesTokensDetails',
    flags,
  );
  const quantities = used({
    input: fresh - freshSound + (count('toolUsePromptTokenCount') ?? 0),
    cached_input: cached - cachedSound,
    audio_input: freshSound,
    cached_audio_input: cachedSound,
    output: written - spoken - drawn,
    reasoning: thoughts,
    audio_output: spoken,
    image_output: drawn,
    search: searches,
  });
  if (Object.keys(quantities).length === 0) return null;
  return { usage: quantities, flags, serviceTier: tierOf(usage), reported: reportedOf(usage) };
}

/** A whole number, or null where there is none that can be believed. */
function countOf(from: JsonObject, field: string, flags: string[]): number | null {
  const value = from[field];
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  flags.push(`left-out:${field}`);
  return null;
}

function modality(usage: JsonObject, field: string, name: string, flags: string[]): number {
  const counts = asArray(usage[field]).map(asObject);
  const found = counts.find((each) => each?.['modality'] === name);
  return found ? (countOf(found, 'tokenCount', flags) ?? 0) : 0;
}

function clamped(value: number, most: number, field: string, flags: string[]): number {
  if (value <= most) return value;
  flags.push(`clamped:${field}`);
  return most;
}

function used(all: Readonly<Partial<Record<Unit, number>>>): Usage {
  return Object.fromEntries(Object.entries(all).filter(([, quantity]) => quantity > 0));
}

/** Longer than any name of a tier. */
const TIER_MAX_CHARACTERS = 64;

/** Traffic that is paid by the token in a tier of its own (Vertex). */
const tierOfTraffic: ReadonlyMap<unknown, string> = new Map([
  ['ON_DEMAND_PRIORITY', 'priority'],
  ['ON_DEMAND_FLEX', 'flex'],
]);

/** Flex and priority have prices of their own. What was provisioned costs as usual. */
function tierOf({ serviceTier: tier, trafficType }: JsonObject): string {
  const ofTraffic = tierOfTraffic.get(trafficType);
  if (ofTraffic !== undefined) return ofTraffic;
  if (typeof tier !== 'string' || tier.length > TIER_MAX_CHARACTERS) return '';
  const name = tier.toLowerCase();
  return name === 'standard' || name === 'unspecified' ? '' : name;
}

function reportedOf(usage: JsonObject): string {
  const text = JSON.stringify(usage);
  return text.length <= REPORTED_MAX_CHARACTERS ? text : '';
}
