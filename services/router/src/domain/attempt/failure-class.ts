import type { ProviderErrorKind } from '#ai/answer-decoder.ts';

/** Why a call gave no answer: what the provider said, or what became of the connection. */
export type FailureClass =
  | ProviderErrorKind
  /** No connection: refused, unreachable, no name, no trust, too slow. Nothing was sent. */
  | 'connection'
  /** The connection broke after the request was sent. */
  | 'cut'
  /** What came was no answer. */
  | 'unreadable';
