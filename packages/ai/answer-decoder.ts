import type { AnswerEnd } from './chat/answer-part.ts';
import type { UsageReport } from './usage.ts';

/** The text of an answer for an estimate: the kept part, and the factor to the whole length. */
export interface TextSample {
  readonly text: string;
  /** 1 if all of the text was kept. */
  readonly scale: number;
}

/**
 * The state of an answer. `whole`: the provider said that it is complete. `failed`: the provider said that it broke.
 * `invalid`: it cannot be read. `too-long`: the gateway can pass no more of it on, and reads on for its usage alone. An
 * answer that is still open when the provider's bytes end was cut.
 */
export type AnswerStatus = 'open' | 'whole' | 'failed' | 'invalid' | 'too-long';

/** Reads a provider's answer, one document or a stream, and gives it in the client's format. */
export interface AnswerDecoder {
  /** Takes the next bytes. Returns the bytes that the client may have now, or null. */
  push(bytes: Buffer): Buffer | null;
  /** The provider's bytes have ended. */
  end(): void;
  readonly status: () => AnswerStatus;
  /** Whether there is nothing more to read. */
  readonly isOver: () => boolean;
  /** The provider's report so far; null: there is none that says anything. */
  readonly usage: () => UsageReport | null;
  /**
   * Whether `usage` counts the whole answer. A report before the end counts the prompt and a beginning of the answer.
   */
  readonly isUsageFinal: () => boolean;
  /**
   * Whether a model has begun to answer, even if the client has nothing of it yet. Another call would then be paid
   * twice.
   */
  readonly hasWork: () => boolean;
  /** What the provider itself said of its failure, where the status is `failed`; null: nothing that can be read. */
  readonly failure: () => ProviderError | null;
  /** The held back end of a whole answer, for when the usage is durable. */
  readonly closing: (end: AnswerEnd) => Buffer;
  readonly sample: () => TextSample;
}

/** What kind of no a provider gave; it decides who is asked next, and what the client is told. */
export type ProviderErrorKind =
  /** The client's request is at fault: no other provider would take it. */
  | 'request'
  /** The prompt is longer than the model takes. */
  | 'context-window'
  | 'content-policy'
  /** This provider has no such model, path or size: another may. */
  | 'not-here'
  | 'rate'
  | 'overload'
  /** The gateway's own key, or its rights. */
  | 'key'
  /** The gateway's own account is empty. */
  | 'balance'
  | 'timeout'
  | 'server'
  | 'unknown';

/** A provider's error, whatever its form. */
export interface ProviderError {
  readonly kind: ProviderErrorKind;
  /** In the provider's words; empty: it has none. */
  readonly message: string;
  /** The provider's own code or type; empty: none. */
  readonly code: string;
  /** The field it is about, as the provider names it; empty: none. */
  readonly param: string;
}
