import type { Unit } from './units.ts';
import type { Usage } from './usage.ts';

/** What admission must know of a request, read without translating it. Everything else in it is the provider's. */
export interface Asked {
  readonly model: string;
  readonly stream: boolean;
  /** Output tokens of one choice; 0: left open. */
  readonly outputTokensRequested: number;
  /** Answers that are asked for, at least 1; a request without an output (embeddings) has 1 and no output. */
  readonly choices: number;
  /** No answer has tokens: nothing is held for output. */
  readonly hasOutput: boolean;
  /** No provider can count more prompt tokens than this. */
  readonly promptTokensBound: number;
  /**
   * How many prompts a model may read for it, each as long as its context at most: several texts, or one prompt again in each
   * round of tools that the provider runs. Absent: one.
   */
  readonly prompts?: number | undefined;
  /** What the prompt is likely to count, for limits that reserve an estimate. */
  readonly promptTokensEstimate: number;
  /** Units beside those of text that may be used; each must have a price. */
  readonly otherUnits: readonly Unit[];
  /** The most of units that are counted one by one. */
  readonly counts: Usage;
  /** The tier of service that was asked for; empty: the provider's choice. */
  readonly serviceTier: string;
  /** Whether the client asked for its cost in the usage. */
  readonly tellsCost: boolean;
  /** What the prompt holds beside text; absent: nothing. */
  readonly modalities?: readonly Modality[] | undefined;
  /** What a model must be able to do for it; absent: nothing in particular. */
  readonly capabilities?: readonly Capability[] | undefined;
  /** What keeps a conversation together: the client's own key (`prompt_cache_key`), else a digest of how it begins; absent: unknown. */
  readonly conversationKey?: string | undefined;
  /** It carries, or asks for, thoughts that only the account which wrote them can read. */
  readonly hasSealedThoughts?: boolean | undefined;
}

export type Modality = 'image' | 'audio' | 'video' | 'file';

export type Capability = 'tools' | 'structured_output' | 'reasoning' | 'web_search';
