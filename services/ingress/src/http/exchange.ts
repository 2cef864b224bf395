import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorCode, Refusal } from '#errors/error-table.ts';
import { newId } from '#kernel/ids.ts';
import type { AnswerBudget } from './answer-budget.ts';
import { type Dialect, dialectOf } from './dialect.ts';
import { type ErrorForm, errorFormOf } from './error-form.ts';

/** A request and its answer, from the first header until the answer has left and the request has its line in the log. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Sent as `x-request-id` with every answer; names the request in the log, in traces and to `audit explain`. */
  readonly id: string;
  /** Of the monotonic clock. */
  readonly startedAtMs: number;
  /** Whose customs the client expects. */
  readonly dialect: Dialect;
  /** How a refusal is written. */
  readonly errorForm: ErrorForm;
  /** What the request's line in the log will say. */
  readonly record: RequestRecord;
  /** Body bytes held in memory for this request. */
  bodyBytesHeld: number;
  /** The memory for answers, all of them. */
  readonly answers: AnswerBudget;
  /** Bytes of the answer in memory that its client has not taken; counted in `answers`. */
  answerBytesHeld: number;
  readonly progress: Progress;
  /** Writes something a client skips, so that one that is gone is noticed; undefined where HTTP's own will do. */
  probe: (() => void) | undefined;
  /**
   * Ends the answer early, with this refusal where none has begun; undefined while there is nothing to be ended. `reason`: of the abort,
   * `GATEWAY_STOPS` or nothing.
   */
  stop: ((refusal: Refusal, reason?: unknown) => void) | undefined;
  /** What the request's body has to pass once it is whole: it rejects with a `Fault`. undefined: nothing. */
  checkBody: ((body: Buffer) => Promise<void>) | undefined;
  /** The step of a trace this is; undefined where it is not traced. */
  traceparent: string | undefined;
}

/** How far a client has come with its answer. */
export interface Progress {
  /** Of its connection: bytes that its side has taken. */
  takenBytes: number;
  /** When that was last seen to be more, or nothing waited for the client. Of the monotonic clock. */
  movedAtMs: number;
}

/** Facts for the log line and the metrics, filled in as they become known. No prompt and no key belongs here. */
export interface RequestRecord {
  route: string;
  /** 0 until answered. */
  status: number;
  error: ErrorCode | null;
  userId: string | null;
  keyId: string | null;
  /** Only a model that exists: what a client makes up must not become a label of a metric. */
  model: string | null;
  /** The route of policy that it takes, or is refused by; null: none. */
  routeId: string | null;
  stream: boolean;
  provider: string | null;
  providerModel: string | null;
  inputTokens: number;
  outputTokens: number;
  estimated: boolean;
  /** Until the first piece of a completion's answer; null where none came. */
  firstByteMs: number | null;
  clientRequestId: string | null;
}

export type Handler = (exchange: Exchange, params: Readonly<Record<string, string>>) => Promise<void> | void;

/** What a client may call its request: printable ASCII, short enough for a log line. */
const CLIENT_REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/**
 * Opens an exchange and gives it an id. The client's own `x-request-id` is not taken for it: this id names a stream of
 * the log and must be unique. It is echoed as `x-client-request-id` and logged beside the gateway's.
 */
export function openExchange(request: IncomingMessage, response: ServerResponse, answers: AnswerBudget): Exchange {
  const id = newId();
  const dialect = dialectOf(request);
  response.setHeader('x-request-id', id);
  // What Anthropic's SDKs show of an answer and of an error.
  if (dialect === 'anthropic') response.setHeader('request-id', id);
  const startedAtMs = performance.now();
  const clientRequestId = clientRequestIdOf(request);
  if (clientRequestId !== null) response.setHeader('x-client-request-id', clientRequestId);
  return {
    request,
    response,
    id,
    startedAtMs,
    dialect,
    errorForm: errorFormOf(request.url ?? '', dialect),
    record: emptyRecord(clientRequestId),
    bodyBytesHeld: 0,
    answers,
    answerBytesHeld: 0,
    progress: { takenBytes: -1, movedAtMs: startedAtMs },
    probe: undefined,
    stop: undefined,
    checkBody: undefined,
    traceparent: undefined,
  };
}

/** Of a request of which nothing is known yet. */
export function emptyRecord(clientRequestId: string | null): RequestRecord {
  return {
    route: 'unknown',
    status: 0,
    error: null,
    userId: null,
    keyId: null,
    model: null,
    routeId: null,
    stream: false,
    provider: null,
    providerModel: null,
    inputTokens: 0,
    outputTokens: 0,
    estimated: false,
    firstByteMs: null,
    clientRequestId,
  };
}

/** The values after the `?` of the request's URL. */
export function queryOf(exchange: Exchange): URLSearchParams {
  const url = exchange.request.url ?? '';
  const start = url.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : url.slice(start + 1));
}

function clientRequestIdOf({ headers }: IncomingMessage): string | null {
  const given = headers['x-client-request-id'] ?? headers['x-request-id'];
  return typeof given === 'string' && CLIENT_REQUEST_ID.test(given) ? given : null;
}
