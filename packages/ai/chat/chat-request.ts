import type { ChatMessage } from './content.ts';

/** A tool that the client runs, or one that the provider runs (`hosted`), which only its own format knows. */
export type ChatTool =
  | {
      readonly kind: 'function';
      readonly name: string;
      readonly description?: string | undefined;
      /** JSON Schema, as text; undefined: the tool takes nothing. */
      readonly schema: string | undefined;
      readonly isStrict?: boolean | undefined;
      readonly cacheMark?: string | undefined;
    }
  | {
      /** Takes any text, or text of a grammar. */
      readonly kind: 'custom';
      readonly name: string;
      readonly description?: string | undefined;
      /** JSON: `{"type":"grammar","syntax":"lark","definition":"..."}`; undefined: any text. */
      readonly grammar?: string | undefined;
    }
  | {
      readonly kind: 'hosted';
      /** The canonical meaning where formats share one: a search on the web; null: no other format has it. */
      readonly meaning: 'web_search' | null;
      readonly format: string;
      readonly what: string;
      readonly json: string;
    };

export type ToolChoice =
  | { readonly kind: 'none' | 'auto' | 'required' }
  | { readonly kind: 'tool'; readonly name: string; readonly toolKind: 'function' | 'custom' }
  /** One of these only. */
  | { readonly kind: 'allowed'; readonly mode: 'auto' | 'required'; readonly names: readonly string[] };

export type OutputForm =
  | { readonly kind: 'text' | 'json' }
  | {
      readonly kind: 'schema';
      readonly name: string;
      readonly description?: string | undefined;
      /** JSON Schema, as text. */
      readonly schema: string;
      readonly isStrict?: boolean | undefined;
    };

export interface Reasoning {
  /** none, minimal, low, medium, high, xhigh, max. */
  readonly effort?: string | undefined;
  readonly budgetTokens?: number | undefined;
  /** Anthropic: enabled, disabled, adaptive, between_tools. */
  readonly mode?: string | undefined;
  /** Whether thoughts are told, and how: auto, concise, detailed, omitted. */
  readonly summary?: string | undefined;
}

/** What can be said of an answer. Undefined: the client says nothing of it. Each has a place in a target, or is refused by name. */
export interface ChatSettings {
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  readonly seed?: string | undefined;
  readonly presencePenalty?: number | undefined;
  readonly frequencyPenalty?: number | undefined;
  /** JSON. */
  readonly logitBias?: string | undefined;
  readonly choices?: number | undefined;
  readonly logprobs?: boolean | undefined;
  readonly topLogprobs?: number | undefined;
  readonly reasoning?: Reasoning | undefined;
  readonly verbosity?: string | undefined;
  readonly outputForm?: OutputForm | undefined;
  readonly toolChoice?: ToolChoice | undefined;
  readonly isParallelToolUse?: boolean | undefined;
  /** The end user, in the client's words: OpenAI's `user` and `safety_identifier`, Anthropic's `metadata.user_id`. */
  readonly endUser?: string | undefined;
  /** JSON: string to string. */
  readonly metadata?: string | undefined;
  readonly serviceTier?: string | undefined;
  readonly promptCacheKey?: string | undefined;
  /** JSON: text, audio; and how audio is to be. */
  readonly modalities?: string | undefined;
  readonly audio?: string | undefined;
  readonly prediction?: string | undefined;
  /** A whole marks the prompt's end for Anthropic's automatic caching. JSON. */
  readonly cacheMark?: string | undefined;
}

/** A chat request in the form that every format can be read into and written from. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ChatTool[];
  readonly settings: ChatSettings;
  /**
   * Fields of the client's that have no canonical meaning, by their names, with their JSON. No other format takes them: they
   * are refused or dropped by name.
   */
  readonly others: ReadonlyMap<string, string>;
  /** What the client calls a setting, for refusals: `max_completion_tokens`. Absent: the setting's canonical name. */
  readonly spelling: Readonly<Partial<Record<keyof ChatSettings | 'tools', string>>>;
}
