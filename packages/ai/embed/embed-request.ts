/** What vectors are to be compared for. */
export type EmbedTask =
  | 'query'
  | 'document'
  | 'similarity'
  | 'classification'
  | 'clustering'
  | 'question'
  | 'fact'
  | 'code-query';

/** Where a provider is told what vectors are for, and in which words. */
export interface EmbedTasks {
  readonly field: string;
  readonly words: Readonly<Partial<Record<EmbedTask, string>>>;
}

/** A text that becomes a vector. `param`: the client's own path to it. */
export type EmbedInput =
  | { readonly kind: 'text'; readonly text: string; readonly title?: string | undefined; readonly param: string }
  /** The text as a tokenizer of the model's family numbers it. */
  | { readonly kind: 'tokens'; readonly tokens: readonly number[]; readonly param: string };

/** What is said of all vectors of a request. Undefined: the client says nothing of it. */
export interface EmbedSettings {
  readonly dimensions?: number | undefined;
  readonly task?: EmbedTask | undefined;
  /** The end user, in the client's words. */
  readonly endUser?: string | undefined;
}

/** A request for embeddings in the form that every format of theirs can be read into and written from. */
export interface EmbedRequest {
  readonly inputs: readonly EmbedInput[];
  readonly settings: EmbedSettings;
  /** The client's names of fields that have no canonical meaning: they are refused or dropped by name. */
  readonly others: readonly string[];
  /** What the client calls a setting, for refusals. */
  readonly spelling: Readonly<Partial<Record<keyof EmbedSettings, string>>>;
}
