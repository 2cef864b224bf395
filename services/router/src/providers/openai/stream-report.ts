import type { AnswerScan } from '#ai/json/answer-scan.ts';
import { createGeneratedText, type GeneratedText } from '#ai/json/generated-text.ts';
import type { Usage } from '#ai/usage.ts';
import type { TextSample } from '../../ports.ts';
import { addParsedText, createChunkText } from './chunk-text.ts';
import type { Scanned, ScanPiece } from './event-scan.ts';
import { readOpenAiUsage } from './openai-usage.ts';

/** The usage that a stream has reported so far, and the text to estimate it by if it reports none. */
export interface StreamReport {
  /** Takes the event at `[start, end)` of the piece. */
  note(event: Scanned, piece: ScanPiece, start: number, end: number): void;
  /** Takes an event that was scanned unparsed. Its text was added as it came. */
  noteLong(event: AnswerScan<Usage>): void;
  readonly text: GeneratedText;
  readonly usage: () => Usage | null;
  /** Whether nothing was generated after the last report. */
  readonly isUsageLast: () => boolean;
  readonly sample: () => TextSample;
}

export function createStreamReport(): StreamReport {
  const text = createGeneratedText();
  const chunks = createChunkText(text);
  let usage: Usage | null = null;
  let isUsageLast = false;

  return {
    note(event, piece, start, end) {
      if (event.kind === 'content') {
        isUsageLast = false;
        if (event.chunk) addParsedText(text, event.chunk);
        else chunks.add(piece, start, end);
      } else if (event.kind === 'usage') {
        usage = readOpenAiUsage(event.usage) ?? usage;
        isUsageLast = event.isLast;
        addParsedText(text, event.chunk);
      }
    },
    noteLong(event) {
      usage = event.usage() ?? usage;
      isUsageLast = event.usage() !== null;
    },
    text,
    usage: () => usage,
    isUsageLast: () => isUsageLast,
    sample: text.read,
  };
}
