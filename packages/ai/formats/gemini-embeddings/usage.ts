import type { JsonObject } from '#kernel/json.ts';
import { isUnit, units } from '../../units.ts';
import { REPORTED_MAX_CHARACTERS, type UsageReport } from '../../usage.ts';
import { readGeminiUsage } from '../gemini-generate/usage.ts';

/**
 * A report of usage (`usageMetadata`) of vectors: a prompt alone. The API tells it since 2026, and not with every model. Where the total is
 * all that is told, it is the prompt. What an answer would have is left out, and flagged.
 * https://ai.google.dev/api/embeddings#EmbeddingUsageMetadata
 */
export function readEmbedUsage(usage: JsonObject | null): UsageReport | null {
  if (usage === null) return null;
  const { promptTokenCount = usage['totalTokenCount'] } = usage;
  const report = readGeminiUsage({ usageMetadata: { ...usage, promptTokenCount }, searches: 0 });
  if (report === null) return null;
  const prompt = Object.entries(report.usage).filter(([unit]) => isUnit(unit) && units[unit].side === 'prompt');
  if (prompt.length === 0) return null;
  const hasAnswer = prompt.length < Object.keys(report.usage).length;
  const text = JSON.stringify(usage);
  return {
    ...report,
    usage: Object.fromEntries(prompt),
    flags: hasAnswer ? [...report.flags, 'left-out:candidatesTokenCount'] : report.flags,
    reported: text.length <= REPORTED_MAX_CHARACTERS ? text : '',
  };
}
