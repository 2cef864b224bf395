/** What a request asks for, the same for every wire format. */
export interface Prompt {
  readonly model: string;
  readonly stream: boolean;
  /** OpenAI's `stream_options.include_usage`; Anthropic's streams always carry usage. */
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
  readonly outputTokensMax: number | undefined;
  /** OpenAI's `n`. */
  readonly choices: number;
  /** How many alternatives a token carries; undefined when no logprobs were asked for. */
  readonly topLogprobs: number | undefined;
}

export type PromptSize = { readonly characters: number; readonly messages: number; readonly images: number };

export type Tool = { readonly name: string; readonly schema: unknown };

export type ToolChoice =
  | { readonly kind: 'auto' }
  | { readonly kind: 'none' }
  | { readonly kind: 'named'; name: string };

export type AnswerFormat =
  | { readonly kind: 'text' }
  | { readonly kind: 'json' }
  | { readonly kind: 'schema'; readonly schema: unknown };
