import type { FinishReason } from '../../chat/answer-part.ts';

/** Gemini's reasons to stop. One that is not here is taken for an ordinary end. */
const reasons: ReadonlyMap<unknown, FinishReason> = new Map([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['SAFETY', 'refused'],
  ['RECITATION', 'refused'],
  ['BLOCKLIST', 'refused'],
  ['PROHIBITED_CONTENT', 'refused'],
  ['SPII', 'refused'],
  ['IMAGE_SAFETY', 'refused'],
  ['IMAGE_PROHIBITED_CONTENT', 'refused'],
  ['IMAGE_RECITATION', 'refused'],
  ['MODEL_ARMOR', 'refused'],
]);

/** Gemini says STOP whether a tool was called or not. */
export function finishReasonOf(finishReason: unknown, hasCalls: boolean): FinishReason {
  const reason = reasons.get(finishReason) ?? 'stop';
  return reason === 'stop' && hasCalls ? 'tool-calls' : reason;
}

/** The reason as Gemini's clients read it. */
export function geminiReasonOf(reason: FinishReason): string {
  if (reason === 'length') return 'MAX_TOKENS';
  return reason === 'refused' ? 'SAFETY' : 'STOP';
}
