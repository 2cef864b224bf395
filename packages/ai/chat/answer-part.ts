import type { Usage } from '../usage.ts';
import type { Foreign } from './content.ts';

/** Why a model stopped. `refused`: it or a filter would not go on. `paused`: the provider wants the turn sent again. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'refused' | 'paused';

/** A piece of an answer, whole or streamed. Pieces of several choices may be mixed; those of one choice are in order. */
export type AnswerPart =
  /** Comes first, once. */
  | { readonly type: 'start'; readonly id: string; readonly model: string; readonly createdAtS: number }
  | { readonly type: 'text-delta'; readonly choice: number; readonly text: string }
  | { readonly type: 'refusal-delta'; readonly choice: number; readonly text: string }
  /** Thoughts. `summaryIndex`: which piece of a summary; absent: they are no summary. */
  | {
      readonly type: 'reasoning-delta';
      readonly choice: number;
      readonly text: string;
      readonly summaryIndex?: number | undefined;
    }
  /** Ends a block of thoughts with what its maker needs to take it back. */
  | {
      readonly type: 'reasoning-proof';
      readonly choice: number;
      readonly id?: string | undefined;
      readonly format: string;
      readonly kind: 'signature' | 'redacted' | 'encrypted';
      readonly value: string;
    }
  | {
      readonly type: 'tool-call-start';
      readonly choice: number;
      /** Counts the calls of a choice, from 0. */
      readonly index: number;
      readonly id: string;
      readonly name: string;
      readonly kind: 'function' | 'custom';
    }
  | { readonly type: 'tool-call-delta'; readonly choice: number; readonly index: number; readonly input: string }
  | { readonly type: 'tool-call-end'; readonly choice: number; readonly index: number }
  /** Where a text comes from, or what only one format knows. */
  | { readonly type: 'foreign'; readonly choice: number; readonly value: Foreign }
  | { readonly type: 'audio-delta'; readonly choice: number; readonly data: string; readonly transcript: string }
  | {
      readonly type: 'finish';
      readonly choice: number;
      readonly reason: FinishReason;
      /** The sequence that stopped it; null: none did. */
      readonly stopSequence?: string | null | undefined;
    };

/** What a writer is told at the end of an answer. */
export interface AnswerEnd {
  /** null: the provider did not say. */
  readonly usage: Usage | null;
  readonly serviceTier: string;
  /** What it costs, in nano-USD; undefined: the client did not ask, or the price is not at hand. */
  readonly costNanoUsd?: bigint | undefined;
}
