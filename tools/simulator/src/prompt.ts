import type { JsonObject } from '#kernel/json.ts';

/** What a request asks for, the same for every wire format. */
export interface Prompt {
  readonly model: string;
  readonly stream: boolean;
  /** OpenAI's `stream_options.include_usage`; other streams always carry usage. */
  readonly includeUsage: boolean;
  readonly size: PromptSize;
  /** The text of the last user message, a script prefix included. */
  readonly userText: string;
  /** What came last: the user speaks, a tool has answered, or the assistant is to go on. */
  readonly turn: 'user' | 'tool' | 'assistant';
  readonly toolResultText: string;
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
  readonly format: AnswerFormat;
  /** Whether the model is asked to think before it answers. */
  readonly thinks: boolean;
  readonly outputTokensMax: number | undefined;
  /** OpenAI's `n`, over all prompts. */
  readonly choices: number;
  /** How many alternatives a token carries; undefined when no logprobs were asked for. */
  readonly topLogprobs: number | undefined;
  /** The request itself, for answers that repeat parts of it. */
  readonly body: JsonObject;
}

export type PromptSize = { readonly characters: number; readonly messages: number; readonly images: number };

/** A custom tool takes any text; a function takes a document of its schema. */
export type Tool = { readonly name: string; readonly kind: 'function' | 'custom'; readonly schema: unknown };

export type ToolChoice =
  | { readonly kind: 'auto' }
  | { readonly kind: 'none' }
  | { readonly kind: 'named'; name: string };

export type AnswerFormat =
  | { readonly kind: 'text' }
  | { readonly kind: 'json' }
  | { readonly kind: 'schema'; readonly schema: unknown }
  /** The answer is no text: embeddings. */
  | { readonly kind: 'none' };
