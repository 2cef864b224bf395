import type { OpenAiUsage } from './usage-shape.ts';

/** A piece of a tool call: the first one names it, the others carry more of its arguments. */
export interface ToolCallDelta {
  readonly index: number;
  readonly id?: string;
  readonly type?: 'function';
  readonly function: { readonly name?: string; readonly arguments: string };
}

/** What a stream's chunk adds to the answer. */
export interface ChunkDelta {
  readonly role?: 'assistant';
  readonly content?: string;
  readonly tool_calls?: readonly ToolCallDelta[];
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

/** One event of a streamed chat completion. */
export interface CompletionChunk {
  readonly id: string;
  readonly object: 'chat.completion.chunk';
  /** Seconds since 1970 UTC. */
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly index: number;
    readonly delta: ChunkDelta;
    readonly logprobs: null;
    readonly finish_reason: FinishReason | null;
  }[];
  readonly usage?: OpenAiUsage;
}

/** A whole chat completion of one choice. */
export interface Completion {
  readonly id: string;
  readonly object: 'chat.completion';
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly index: number;
    readonly message: CompletionMessage;
    readonly logprobs: null;
    readonly finish_reason: FinishReason;
  }[];
  readonly usage?: OpenAiUsage;
}

export interface CompletionMessage {
  readonly role: 'assistant';
  readonly content: string | null;
  readonly refusal: null;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly type: 'function';
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
}
