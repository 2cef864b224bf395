/** Where an SDK is pointed at: a gateway, or the simulator itself. */
export interface Endpoint {
  /** Without `/v1`. */
  readonly url: string;
  readonly apiKey: string;
}

/** One question, in no SDK's words. */
export interface Question {
  readonly model: string;
  readonly text: string;
  /** Through the SDK's way to stream. */
  readonly stream: boolean;
  /** A picture as a data URL. */
  readonly image?: string;
  readonly tool?: ToolDefinition;
  /** The answer is to be a document of this schema, in the SDK's way to ask for one. */
  readonly schema?: JsonSchema;
  readonly thinks?: boolean;
  readonly signal?: AbortSignal;
  /** Called with each piece of a streamed text. */
  readonly onText?: (text: string) => void;
}

export type JsonSchema = Readonly<Record<string, unknown>> & { readonly type: 'object' };

export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly schema: JsonSchema;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** As the SDK gives it to its user: parsed. */
  readonly input: unknown;
}

/** What an SDK made of an answer. */
export interface Answer {
  readonly text: string;
  readonly thoughts: string;
  readonly calls: readonly ToolCall[];
  readonly stop: 'stop' | 'tool' | 'length' | 'other';
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  /** Goes on with the conversation, as the SDK's documentation has it: every call gets this result. */
  giveResult(result: string): Promise<Answer>;
}

/** What an SDK throws, by the class that its user catches. */
export type ErrorKind =
  | 'bad-request'
  | 'authentication'
  | 'permission'
  | 'not-found'
  | 'rate-limit'
  | 'server'
  | 'aborted'
  | 'other';

/** The formats that SDKs speak. */
export type SpokenFormat = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini-generate';

/** An official SDK, made to ask what is asked of all of them. It never retries. */
export interface Sdk {
  readonly name: string;
  readonly speaks: SpokenFormat;
  ask(endpoint: Endpoint, question: Question): Promise<Answer>;
  kindOf(error: unknown): ErrorKind;
}
