import { asObject } from '#kernel/json.ts';
import type { Unit } from '../units.ts';
import { REPORTED_MAX_CHARACTERS, type Usage, type UsageReport } from '../usage.ts';
import type { UsageRules } from '../usage-rules.ts';
import { type CountReader, createCountReader } from './usage-fields.ts';

/** Where a provider of a kind that nobody has described puts its cached and its reasoning tokens: its numbers tell. */
export const unknownUsageRules: UsageRules = { isCacheInInput: 'compare', isReasoningInOutput: 'compare' };

/** The wholes of a report, of which all else is a part. */
interface Wholes {
  readonly prompt: number;
  readonly completion: number;
  readonly total: number | undefined;
}

/**
 * Reads a report of usage in OpenAI's shape, or in one that is like it. What can be believed is kept. A part greater than
 * its whole is clamped, and a count that is none is left out; both are flagged. Null if the report says nothing: its
 * prompt or its answer is not told, or all of it is zero. `hasOutput`: an answer has tokens (embeddings have none).
 */
export function readUsage(
  reported: unknown,
  rules: UsageRules,
  { hasOutput = true, serviceTier = '' }: { hasOutput?: boolean; serviceTier?: string } = {},
): UsageReport | null {
  const report = asObject(reported);
  if (report === null) return null;
  const counts = createCountReader(report);
  const wholes = wholesOf(counts, hasOutput);
  if (wholes === null) return null;
  const usage: Usage = nonZero({
    ...promptOf(counts, wholes, rules),
    ...answerOf(counts, wholes, rules),
    search: counts.part('search'),
  });
  if (Object.keys(usage).length === 0) return null;
  const text = JSON.stringify(report);
  return {
    usage,
    flags: counts.flags,
    serviceTier: typeof report['service_tier'] === 'string' ? report['service_tier'] : serviceTier,
    reported: text.length > REPORTED_MAX_CHARACTERS ? '' : text,
  };
}

/** A whole that is not told is what the total leaves for it. */
function wholesOf(counts: CountReader, hasOutput: boolean): Wholes | null {
  const total = counts.count('total');
  let prompt = counts.count('prompt');
  let completion = counts.count('completion');
  // Of embeddings some providers tell nothing else (Voyage AI).
  const answered = completion ?? (hasOutput ? undefined : 0);
  if (prompt === undefined && total !== undefined && answered !== undefined && total >= answered) {
    prompt = total - answered;
  }
  if (prompt === undefined) return null;
  if (completion === undefined && total !== undefined && total >= prompt) completion = total - prompt;
  if (completion === undefined && hasOutput) return null;
  return { prompt, completion: completion ?? 0, total };
}

function promptOf(counts: CountReader, { prompt }: Wholes, rules: UsageRules): Partial<Record<Unit, number>> {
  let cached = counts.part('cached');
  let writes = counts.part('cacheWrite');
  const isCacheApart = rules.isCacheInInput === false || (rules.isCacheInInput === 'compare' && cached > prompt);
  let rest = prompt;
  if (!isCacheApart) {
    cached = counts.atMost('cached', cached, rest);
    rest -= cached;
    writes = counts.atMost('cacheWrite', writes, rest);
    rest -= writes;
  }
  const writes1h = counts.atMost('cacheWrite1h', counts.part('cacheWrite1h'), writes);
  const writes12h = counts.atMost('cacheWrite12h', counts.part('cacheWrite12h'), writes - writes1h);
  const cachedAudio = counts.atMost('cachedAudio', counts.part('cachedAudio'), cached);
  // Cached sounds are in the count of sounds, and in the count of what was cached.
  const sounds = Math.max(0, counts.part('audioInput') - cachedAudio);
  const audio = counts.atMost('audioInput', sounds, rest);
  rest -= audio;
  const image = counts.atMost('imageInput', counts.part('imageInput'), rest);
  return {
    input: rest - image + counts.part('citation'),
    cached_input: cached - cachedAudio,
    cache_write: writes - writes1h - writes12h,
    cache_write_1h: writes1h,
    cache_write_12h: writes12h,
    audio_input: audio,
    cached_audio_input: cachedAudio,
    image_input: image,
  };
}

function answerOf(counts: CountReader, wholes: Wholes, rules: UsageRules): Partial<Record<Unit, number>> {
  let rest = wholes.completion;
  let reasoning = counts.part('reasoning');
  if (isReasoningApart(wholes, reasoning, rules)) {
    // Gemini tells its thoughts by the total alone.
    if (reasoning === 0) reasoning = Math.max(0, (wholes.total ?? 0) - wholes.prompt - wholes.completion);
  } else {
    reasoning = counts.atMost('reasoning', reasoning, rest);
    rest -= reasoning;
  }
  const audio = counts.atMost('audioOutput', counts.part('audioOutput'), rest);
  rest -= audio;
  const image = counts.atMost('imageOutput', counts.part('imageOutput'), rest);
  return { output: rest - image, reasoning, audio_output: audio, image_output: image };
}

/** Some providers count reasoning beside the completion. Where it is not known of one, its total tells. */
function isReasoningApart({ prompt, completion, total }: Wholes, reasoning: number, rules: UsageRules): boolean {
  if (rules.isReasoningInOutput !== 'compare') return !rules.isReasoningInOutput;
  return reasoning > 0 && total === prompt + completion + reasoning;
}

function nonZero(all: Readonly<Partial<Record<Unit, number>>>): Usage {
  return Object.fromEntries(Object.entries(all).filter(([, quantity]) => quantity > 0));
}
