import type { TextSample } from '#ai/answer-decoder.ts';
import type { Usage } from '#ai/usage.ts';
import type { CompleteRequest } from '#contracts/router.ts';
import type { Outcome } from './usage-body.ts';

/** The answer that the client got, as far as a copy's is compared with it. */
export interface AnswerGiven {
  readonly outcome: Outcome;
  /** What answered; null: nothing did. */
  readonly candidate: { readonly provider: string; readonly model: string } | null;
  readonly usage: Usage;
  /** Absent: no text was gathered. */
  readonly sample: TextSample | undefined;
  readonly firstByteMs: number;
  readonly durationMs: number;
}

/** Begins copies of requests. */
export interface ShadowStart {
  /** The request's usage is on record. Returns at once; does nothing for a request without a shadow. Never throws. */
  begin(request: CompleteRequest, answer: AnswerGiven): void;
}
