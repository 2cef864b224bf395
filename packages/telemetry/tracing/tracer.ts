/** Names and values of a span. Never a prompt, a key, or personal data. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export type SpanKind = 'server' | 'client' | 'producer' | 'internal';

/** One step of a request. */
export interface Span {
  /** This span as W3C's `traceparent`, for the next steps of the request. */
  readonly traceparent: string;
  set(attributes: SpanAttributes): void;
  /** Marks the step as failed, with a code of the error table, since messages may quote a client. */
  fail(code: string): void;
  end(): void;
}

/**
 * Starts spans. Callers pass the context on by hand, in a field beside the request. The alternative, a store that
 * follows every promise, costs time for each promise, traced or not.
 */
export interface Tracer {
  start(name: string, kind: SpanKind, parent: string | undefined, attributes?: SpanAttributes): Span;
  /** Sends the spans that are left. Never rejects. */
  close(): Promise<void>;
}
