import type { Refusal } from '#errors/error-table.ts';
import type { JsonObject } from '#kernel/json.ts';
import type { AnswerDecoder, ProviderError } from './answer-decoder.ts';
import type { Asked } from './asked.ts';
import type { AnswerEnd, AnswerPart } from './chat/answer-part.ts';
import type { ChatRequest, ChatSettings } from './chat/chat-request.ts';
import type { EmbedFormat } from './embed/embed-format.ts';
import type { EmbedTasks } from './embed/embed-request.ts';
import type { FieldRules } from './field-rules.ts';
import type { FramingName } from './framing/framing.ts';
import type { Operation } from './operation.ts';
import type { SseEvent } from './sse/sse-event.ts';
import type { UsageReport } from './usage.ts';
import type { UsageRules } from './usage-rules.ts';

/** The formats that clients speak to the gateway. */
export const frontFormatNames = [
  'openai-chat',
  'openai-completions',
  'openai-responses',
  'openai-compact',
  'openai-embeddings',
  'anthropic-messages',
  'gemini-generate',
  'gemini-embeddings',
] as const;

/** All formats: a provider may speak one that no client does. */
export const formatNames = [...frontFormatNames, 'bedrock-converse'] as const;

export type FrontFormatName = (typeof frontFormatNames)[number];

export type FormatName = (typeof formatNames)[number];

export function isFrontFormatName(text: string): text is FrontFormatName {
  return (frontFormatNames as readonly string[]).includes(text);
}

export function isFormatName(text: string): text is FormatName {
  return (formatNames as readonly string[]).includes(text);
}

/** A wire format: how requests and answers of an operation are written. */
export interface Format {
  readonly name: FormatName;
  readonly operation: Operation;
  /** As the gateway speaks it to clients; null: none of them speaks it. */
  readonly server: ServerRole | null;
  /** As the gateway speaks it to providers. */
  readonly client: ClientRole;
  /** How embeddings are translated; absent: the format has another operation. Its roles have nothing of chats' then. */
  readonly embed?: EmbedFormat | undefined;
}

/** A format that clients speak. */
export interface FrontFormat extends Format {
  readonly name: FrontFormatName;
  readonly server: ServerRole;
  readonly client: ClientRole & RawRole;
}

export interface ServerRole {
  /**
   * What admission must know, or what is wrong with the request, with the field (`param`) as the client wrote it. `bodyBytes`
   * bound the prompt. `addressed`: what the URL says, in formats whose bodies do not. Refuses what cannot be priced by its name.
   */
  ask(
    body: JsonObject,
    bodyBytes: number,
    addressed?: Addressed,
  ): { readonly asked: Asked } | { readonly refusal: Refusal };
  /**
   * The request in canonical form. Throws a `Fault` (`invalid_request`) that names the field. null: the format is only ever
   * passed on as it is. `body` is parsed with digits kept (`parse-kept-digits.ts`).
   */
  readonly decode: ((body: JsonObject) => ChatRequest) | null;
  /** A whole answer as a document. Parts are in order, the ends of its choices among them. */
  readonly writeAnswer: ((parts: readonly AnswerPart[], end: AnswerEnd, context: AnswerContext) => string) | null;
  readonly openWriter: ((context: AnswerContext) => StreamWriter) | null;
  /** A refusal as this format's clients read it. */
  errorBody(refusal: Refusal, requestId: string): unknown;
  /** A provider's error as this format's clients read it, in the provider's words. */
  providerErrorBody(error: ProviderError, status: number, requestId: string): unknown;
  /** What a stream's client is told of a failure in the middle of an answer: one or more whole events. */
  errorEvent(refusal: Refusal, requestId: string): string;
}

/** What a request's URL says where its body does not. */
export interface Addressed {
  readonly model: string;
  readonly isStream: boolean;
  /** It is the format's call for several requests at once; absent: the format has none, or the body tells. */
  readonly isBatch?: boolean | undefined;
}

/** What a writer knows of the request that it answers. */
export interface AnswerContext {
  /** The model as the client named it. */
  readonly model: string;
  readonly requestId: string;
  /** The client's body: what an answer repeats of it (Responses), and whether usage was asked for. */
  readonly body: JsonObject;
  readonly nowS: number;
}

/** Writes a stream for a client. What is written is whole events. */
export interface StreamWriter {
  /** Empty: the part has no form of its own here, or waits for the next one. A `finish` is held until `close`. */
  write(part: AnswerPart): string;
  /** The end of a whole answer: its finish, usage and last event. */
  close(end: AnswerEnd): string;
}

export interface ClientRole {
  /** The URL path after the base URL's own. */
  path(basePath: string, addressed: Addressed): string;
  /** Headers beside authentication, which is the provider's. `forwarded`: the client's, where it speaks this format as well. */
  headers(forwarded: Readonly<Record<string, string>>, rules: ProviderRules): Readonly<Record<string, string>>;
  /** Headers of a client's request that a provider of this format is told; `*` at the end stands for any characters. */
  readonly forwardedHeaders: readonly string[];
  /**
   * The request for a provider. Throws `NoPlace` for what has none in this format, unless it may be dropped. null: this
   * format is only spoken to providers where the client speaks it, too.
   */
  readonly encode: ((request: ChatRequest, target: Target) => Encoded) | null;
  /** How its streams are framed; absent: as server-sent events. */
  readonly framing?: FramingName | undefined;
  /** Reads an answer for a client of another format. null where `encode` is. */
  readonly openReader: ((reading: Reading) => AnswerReader) | null;
  /** What a refused request's document says. `status`: not 2xx. Some clouds say more in a header. */
  readError(status: number, document: JsonObject | null, text: string, headers?: ErrorHeaders): ProviderError;
  /** An error document of this format is the client's to see as it is, where the client speaks this format. */
  readUsage(usage: unknown, rules: UsageRules): UsageReport | null;
  /** The call of this format that counts a prompt; absent: it has none. */
  readonly counting?: PromptCounting | undefined;
}

/** The headers of a refusal, by their names in small letters. */
export type ErrorHeaders = Readonly<Record<string, unknown>>;

/** What passes where client and provider speak the same format. */
export interface RawRole {
  /**
   * The client's own bytes with model, bound and the wish for usage put in: other bytes stay as they are.
   */
  patch(body: Buffer, parsedBody: JsonObject, target: Target): Buffer;
  /** Fields within fields that `patch` leaves out and a client has to know of; absent: none. */
  readonly dropped?: ((parsedBody: JsonObject, target: Target) => readonly string[]) | undefined;
  /** Whether a client's request went to the format's call for several at once; absent: the format has none. */
  readonly isBatch?: ((parsedBody: JsonObject) => boolean) | undefined;
  /** Passes an answer in this format on, and reads its usage and its end. */
  openTap(tap: Tap): AnswerDecoder;
}

/** How a provider is asked for the tokens of a prompt. */
export interface PromptCounting {
  /** The URL path, of that of the format's requests. */
  path(requestPath: string): string;
  /** The count in the provider's answer; it is checked by whoever asked. */
  countIn(document: JsonObject): unknown;
  /**
   * The client's own bytes as the provider would get them for an answer, without what is said of the answer alone. What the
   * provider refuses is left out.
   */
  body(body: Buffer, parsedBody: JsonObject, target: Pick<Target, 'model' | 'rules'>): Buffer;
}

/** Where a request goes. */
export interface Target {
  /** The model as the provider names it. */
  readonly model: string;
  readonly stream: boolean;
  /** The output bound of one choice that was admitted. No request may ask for more; one that names none gets this one. */
  readonly outputTokensMax: number;
  readonly rules: ProviderRules;
  /** What has no place is left out, and named in `dropped`. */
  readonly dropsUnplaced: boolean;
}

export interface Encoded {
  readonly body: string;
  /** The client's fields that were left out. */
  readonly dropped: readonly string[];
  /** For the reader of the answer: the tool whose input is the answer's text, names that were changed. */
  readonly notes: EncodingNotes;
}

export interface EncodingNotes {
  /** A tool that stands in for a JSON output form: its input is the answer's text. */
  readonly jsonToolName?: string | undefined;
  /** Custom tools that were wrapped as functions: `{"input": "..."}` is unwrapped. */
  readonly wrappedTools?: ReadonlySet<string> | undefined;
  /** Tool names that the target does not take, from what it got to what the client said. */
  readonly toolNames?: ReadonlyMap<string, string> | undefined;
}

export interface Reading {
  readonly rules: ProviderRules;
  readonly notes: EncodingNotes;
  /** The model that was asked for, for an answer that names none. */
  readonly model: string;
}

export interface Tap {
  readonly stream: boolean;
  readonly rules: ProviderRules;
  /** The gateway itself asked for the stream's report of usage: it is not passed on. */
  readonly isUsageHidden: boolean;
  /** The cost is written into the usage that the client gets. */
  readonly tellsCost: boolean;
}

/** Reads one answer of a provider in canonical parts. */
export interface AnswerReader {
  /** A whole answer. Gives `invalid` for what is none. */
  readDocument(document: JsonObject): ReadState;
  /** One event of a stream. What is unknown is passed over. */
  readEvent(event: SseEvent): ReadState;
  /** The bytes have ended, cleanly: some providers send no last event. */
  readEnd(): ReadState;
  /** The parts since the last call. */
  takeParts(): readonly AnswerPart[];
  readonly usage: () => UsageReport | null;
  readonly isUsageFinal: () => boolean;
  /** What the provider said of its failure. */
  readonly failure: () => ProviderError | null;
}

export type ReadState = 'open' | 'whole' | 'failed' | 'invalid';

/** How a provider differs from its format: data, see `providers/`. */
export interface ProviderRules extends FieldRules {
  /** The name that its output bound goes by. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens' | 'max_output_tokens';
  /** Whether a stream's usage may be asked for (`stream_options`). */
  readonly takesStreamOptions: boolean;
  /** Fields that it calls by another name, and values that they are given. */
  readonly renamed: Readonly<Record<string, string>>;
  readonly usage: UsageRules;
  /**
   * Whether it takes what hardly anyone but OpenAI knows of its own format: developer messages, custom tools, cache keys and
   * breakpoints, verbosity. Absent: it does not.
   */
  readonly takesNewest?: boolean | undefined;
  /** The field by which it takes a model's earlier thoughts back; absent: it takes none. */
  readonly reasoningField?: 'reasoning_content' | 'reasoning' | undefined;
  /** The beta features of Anthropic's that it takes in Anthropic's format (`anthropic-messages/betas.ts`). Absent: none. */
  readonly betas?: BetaTakers | undefined;
  /** Where it is told what vectors are for, and in which words; absent: nowhere. */
  readonly embedTasks?: EmbedTasks | undefined;
}

/** All of them, also those that are not known here, or what a cloud takes at its door. */
export type BetaTakers = 'all' | 'bedrock-invoke' | 'vertex-raw-predict';

/** What a request asks for has no place at a target. */
export class NoPlace extends Error {
  override readonly name = 'NoPlace';
  /** A setting by its canonical name, or the client's own path: `messages[2].content[0]`. */
  readonly what: keyof ChatSettings | (string & {});
  readonly why: string;

  constructor(what: keyof ChatSettings | (string & {}), why: string) {
    super(`${what} has no place: ${why}`);
    this.what = what;
    this.why = why;
  }
}
