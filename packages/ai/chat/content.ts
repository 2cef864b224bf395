/**
 * The pieces of a conversation in the canonical form. JSON that is the client's or the model's (schemas, arguments) stands
 * as text, so that its numbers keep their digits.
 */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  /** Marks the end of what the provider should cache; Anthropic's `cache_control`, OpenAI's `prompt_cache_breakpoint`. JSON. */
  readonly cacheMark?: string | undefined;
  /** Sources of the text: JSON of one format's annotations or citations. */
  readonly citations?: Foreign | undefined;
}

/** Where the bytes of a picture, a sound or a document are. */
export type MediaSource =
  | { readonly kind: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'text'; readonly mediaType: string; readonly text: string }
  /** A file that was uploaded to the provider before. */
  | { readonly kind: 'file'; readonly fileId: string };

export interface ImagePart {
  readonly type: 'image';
  readonly source: MediaSource;
  /** OpenAI's `detail`: auto, low, high. */
  readonly detail?: string | undefined;
  readonly cacheMark?: string | undefined;
}

export interface AudioPart {
  readonly type: 'audio';
  /** mp3, wav, ... */
  readonly encoding: string;
  /** Base64. */
  readonly data: string;
}

export interface FilePart {
  readonly type: 'file';
  readonly source: MediaSource;
  readonly fileName?: string | undefined;
  /** Anthropic's `context`: words about the document that are not cited. */
  readonly about?: string | undefined;
  readonly wantsCitations?: boolean | undefined;
  readonly cacheMark?: string | undefined;
}

/** What a model said that it will not do. */
export interface RefusalPart {
  readonly type: 'refusal';
  readonly text: string;
}

/** A model's thoughts. Only the format and the account that made them can take `proof` back. */
export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly text: string;
  /** Responses: the thoughts are a summary, in so many pieces; else one. */
  readonly isSummary?: boolean | undefined;
  readonly id?: string | undefined;
  /** Anthropic: a signature, or redacted thinking. Responses: encrypted_content. */
  readonly proof?:
    | { readonly format: string; readonly kind: 'signature' | 'redacted' | 'encrypted'; readonly value: string }
    | undefined;
}

/** A model calls a tool. */
export interface ToolCallPart {
  readonly type: 'tool-call';
  /** What the result refers to. */
  readonly id: string;
  readonly name: string;
  /** `function`: `input` is JSON. `custom`: it is any text. */
  readonly kind: 'function' | 'custom';
  readonly input: string;
  /** Responses: the id of the item. */
  readonly itemId?: string | undefined;
  readonly cacheMark?: string | undefined;
}

/** What a tool gave. */
export interface ToolResultPart {
  readonly type: 'tool-result';
  readonly callId: string;
  readonly kind: 'function' | 'custom';
  readonly content: readonly (TextPart | ImagePart | FilePart | Foreign)[];
  readonly isError?: boolean | undefined;
  readonly cacheMark?: string | undefined;
}

/** What only one format knows: a server tool's call, a search result. It goes back to that format as it was, and nowhere else. */
export interface Foreign {
  readonly type: 'foreign';
  /** The name of the format. */
  readonly format: string;
  /** The field or the type that a refusal names. */
  readonly what: string;
  readonly json: string;
}

export type UserPart = TextPart | ImagePart | AudioPart | FilePart | ToolResultPart | Foreign;
export type AssistantPart = TextPart | RefusalPart | ReasoningPart | ToolCallPart | ImagePart | AudioPart | Foreign;

/** A turn of a conversation. A tool's results are a user's parts, first of all of them. */
export type ChatMessage =
  | {
      readonly role: 'system';
      /** OpenAI tells them apart; elsewhere they are one. */
      readonly spelling: 'system' | 'developer';
      readonly content: readonly (TextPart | Foreign)[];
      readonly name?: string | undefined;
      /** Where it stood in the client's request, for refusals: `messages[3]`. */
      readonly at: string;
    }
  | {
      readonly role: 'user';
      readonly content: readonly UserPart[];
      readonly name?: string | undefined;
      readonly at: string;
    }
  | {
      readonly role: 'assistant';
      readonly content: readonly AssistantPart[];
      readonly name?: string | undefined;
      /** Responses: commentary or final_answer. */
      readonly phase?: string | undefined;
      readonly at: string;
    };
