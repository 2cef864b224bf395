/** Names and values of a span; never a prompt, a key, or anything of a person. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export type SpanKind = 'server' | 'client' | 'producer' | 'internal';

/** One step of a request. */
export interface Span {
  /** This span as W3C's `traceparent`, for those who go on with the request. */
  readonly traceparent: string;
  set(attributes: SpanAttributes): void;
  /** Marks the step as failed; by a code of the error table, since messages may quote a client. */
  fail(code: string): void;
  end(): void;
}

/**
 * Starts spans. The context is passed on by hand, in a field beside the request: the alternative, a store that follows
 * every promise, costs each of them something, traced or not.
 */
export interface Tracer {
  start(name: string, kind: SpanKind, parent: string | undefined, attributes?: SpanAttributes): Span;
  /** Sends what is left. Never rejects. */
  close(): Promise<void>;
}
