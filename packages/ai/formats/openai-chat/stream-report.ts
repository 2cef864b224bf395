import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { TextSample } from '../../answer-decoder.ts';
import type { AnswerScan } from '../../json/answer-scan.ts';
import { createGeneratedText, type GeneratedText } from '../../json/generated-text.ts';
import { mergeUsage } from '../../usage/merge-usage.ts';
import { readUsage } from '../../usage/read-usage.ts';
import type { UsageReport } from '../../usage.ts';
import type { UsageRules } from '../../usage-rules.ts';
import type { OpenAiShape } from './answer-shape.ts';
import { addParsedText, createChunkText, indexOf } from './chunk-text.ts';
import { isFinish, type ScannedChunk, type ScanPiece } from './event-scan.ts';

/** What a stream has said so far: its usage, its choices, and its text to estimate by if it reports no usage. */
export interface StreamReport {
  /** Takes the chunk at `[start, end)` of the piece if it is like the last usual one; false: it is not. */
  noteAlike(piece: ScanPiece, start: number, end: number): boolean;
  /** Takes a usual chunk, unparsed. */
  noteText(piece: ScanPiece, start: number, end: number): void;
  noteChunk(event: ScannedChunk): void;
  /** Takes an event that was scanned unparsed. Its text was added as it came. */
  noteLong(event: AnswerScan<JsonObject>): void;
  readonly text: GeneratedText;
  readonly usage: () => UsageReport | null;
  /** Whether nothing was generated after the last report. */
  readonly isUsageLast: () => boolean;
  /** Whether every choice that was seen has its reason to finish, and there is one. */
  readonly isFinished: () => boolean;
  readonly sample: () => TextSample;
}

export function createStreamReport(shape: OpenAiShape, rules: UsageRules): StreamReport {
  const text = createGeneratedText();
  const seen = new Set<number>();
  const finished = new Set<number>();
  const chunks = createChunkText(text, shape, (index) => seen.add(index));
  let reported: JsonObject | null = null;
  let serviceTier = '';
  let isUsageLast = false;

  return {
    noteAlike(piece, start, end) {
      if (!chunks.addAlike(piece, start, end)) return false;
      isUsageLast = false;
      return true;
    },
    noteText(piece, start, end) {
      isUsageLast = false;
      chunks.add(piece, start, end);
    },
    noteChunk({ chunk, usage, isEnd, hasContent }) {
      if (usage !== null) {
        reported = mergeUsage(reported, usage);
        isUsageLast = isEnd;
      } else if (hasContent) isUsageLast = false;
      if (typeof chunk['service_tier'] === 'string') serviceTier = chunk['service_tier'];
      addParsedText(text, chunk, shape);
      for (const [at, value] of asArray(chunk['choices']).entries()) {
        const choice = asObject(value);
        const index = indexOf(choice, at);
        seen.add(index);
        if (isFinish(choice?.['finish_reason'])) finished.add(index);
      }
    },
    noteLong(event) {
      reported = mergeUsage(reported, event.usage());
      isUsageLast = event.usage() !== null;
    },
    text,
    usage: () => readUsage(reported, rules, { hasOutput: shape.hasOutput, serviceTier }),
    isUsageLast: () => isUsageLast,
    isFinished: () => finished.size > 0 && finished.size >= seen.size,
    sample: text.read,
  };
}
