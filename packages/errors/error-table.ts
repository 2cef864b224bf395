/** What one error code means on every surface: HTTP, gRPC, and OpenAI's `error.type`. */
interface ErrorRow {
  readonly httpStatus: number;
  readonly grpcStatus: string;
  /** The same request may succeed if it is simply sent again. */
  readonly isRetryable: boolean;
  /** OpenAI's `error.type`. */
  readonly type: string;
}

const row = (httpStatus: number, grpcStatus: string, isRetryable: boolean, type: string): ErrorRow => ({
  httpStatus,
  grpcStatus,
  isRetryable,
  type,
});

/** The one table of errors: every code a client, an operator or a service can meet. */
export const errorTable = {
  invalid_request: row(400, 'INVALID_ARGUMENT', false, 'invalid_request_error'),
  invalid_json: row(400, 'INVALID_ARGUMENT', false, 'invalid_request_error'),
  model_not_priced: row(400, 'FAILED_PRECONDITION', false, 'invalid_request_error'),
  feature_not_priced: row(400, 'FAILED_PRECONDITION', false, 'invalid_request_error'),
  invalid_api_key: row(401, 'UNAUTHENTICATED', false, 'authentication_error'),
  invalid_admin_token: row(401, 'UNAUTHENTICATED', false, 'authentication_error'),
  invalid_metrics_token: row(401, 'UNAUTHENTICATED', false, 'authentication_error'),
  insufficient_balance: row(402, 'FAILED_PRECONDITION', false, 'insufficient_quota'),
  /** The administrator's role does not allow the call. */
  forbidden: row(403, 'PERMISSION_DENIED', false, 'permission_error'),
  /** The key may not use this model. */
  model_not_allowed: row(403, 'PERMISSION_DENIED', false, 'permission_error'),
  /** The key may not be used here: for this endpoint, or from this address. */
  key_not_allowed: row(403, 'PERMISSION_DENIED', false, 'permission_error'),
  model_not_found: row(404, 'NOT_FOUND', false, 'invalid_request_error'),
  not_found: row(404, 'NOT_FOUND', false, 'invalid_request_error'),
  method_not_allowed: row(405, 'UNIMPLEMENTED', false, 'invalid_request_error'),
  request_timeout: row(408, 'DEADLINE_EXCEEDED', true, 'invalid_request_error'),
  conflict: row(409, 'ABORTED', false, 'invalid_request_error'),
  /** A request with the same `Idempotency-Key` is running. Retry: its answer can be fetched once it is whole. */
  idempotency_key_in_use: row(409, 'ABORTED', true, 'invalid_request_error'),
  /**
   * The request under this `Idempotency-Key` was executed and charged, and its answer is not kept. It is not executed
   * again.
   */
  idempotency_answer_lost: row(409, 'DATA_LOSS', false, 'invalid_request_error'),
  /** The resource was changed since it was read: `If-Match` or expected_version names another version. */
  precondition_failed: row(412, 'ABORTED', false, 'invalid_request_error'),
  body_too_large: row(413, 'INVALID_ARGUMENT', false, 'invalid_request_error'),
  unsupported_media_type: row(415, 'INVALID_ARGUMENT', false, 'invalid_request_error'),
  expectation_failed: row(417, 'INVALID_ARGUMENT', false, 'invalid_request_error'),
  /** The `Idempotency-Key` belongs to a request with another body. */
  idempotency_key_reused: row(422, 'INVALID_ARGUMENT', false, 'invalid_request_error'),
  quota_exceeded: row(429, 'RESOURCE_EXHAUSTED', true, 'rate_limit_error'),
  rate_limit_exceeded: row(429, 'RESOURCE_EXHAUSTED', true, 'rate_limit_error'),
  client_gone: row(499, 'CANCELLED', false, 'invalid_request_error'),
  internal_error: row(500, 'INTERNAL', true, 'server_error'),
  /** A provider refused the request itself (4xx). The gateway passes on the provider's status and document. */
  upstream_refused: row(400, 'INVALID_ARGUMENT', false, 'invalid_request_error'),
  /** The prompt and the bound of its answer are longer than the model takes, as its provider says. */
  context_length_exceeded: row(400, 'INVALID_ARGUMENT', false, 'invalid_request_error'),
  /** A provider's filter refused the request. */
  content_filter: row(400, 'INVALID_ARGUMENT', false, 'invalid_request_error'),
  /** Every provider that could answer limits the gateway's rate. */
  upstream_rate_limited: row(429, 'RESOURCE_EXHAUSTED', true, 'rate_limit_error'),
  upstream_error: row(502, 'UNAVAILABLE', true, 'server_error'),
  upstream_invalid_response: row(502, 'UNAVAILABLE', true, 'server_error'),
  /** A model that was asked for a summary has written none. Each try would be charged. */
  summary_empty: row(502, 'INTERNAL', false, 'server_error'),
  /** The provider broke off in the middle of an answer. */
  upstream_cut: row(502, 'UNAVAILABLE', true, 'server_error'),
  /** The provider refused the gateway's own key. The operator has to mend it, not the client. */
  upstream_unauthorized: row(502, 'INTERNAL', false, 'server_error'),
  upstream_timeout: row(504, 'DEADLINE_EXCEEDED', true, 'server_error'),
  /**
   * The request comes from a leader that has been succeeded. Nothing of it is written, and the old leader must stop.
   */
  superseded: row(503, 'FAILED_PRECONDITION', false, 'server_error'),
  /** The gateway is starting, stopping, overloaded, or cannot reach its log. */
  unavailable: row(503, 'UNAVAILABLE', true, 'server_error'),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

/** Whether a value from outside is one of the table's codes. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorTable, value);
}

/** An expected no, as a value: bad input, no money, no such model. Never thrown by a decision. */
export interface Refusal {
  readonly code: ErrorCode;
  /** The client reads it: it says what to do, and carries no secret and no prompt. */
  readonly message: string;
  /** The field of the request that is at fault, if there is one. */
  readonly param?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}
