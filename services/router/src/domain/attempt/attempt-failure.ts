import type { ErrorCode, Refusal } from '#errors/error-table.ts';

/** Why an attempt gave no answer, and how to go on. */
export interface AttemptFailure {
  readonly code: ErrorCode;
  /** The client reads it. */
  readonly message: string;
  /** The provider's HTTP status; 0 if none came. */
  readonly status: number;
  /**
   * `never`: the request itself was refused. `elsewhere`: another provider may answer. `anywhere`: this one may, too.
   */
  readonly retry: 'never' | 'elsewhere' | 'anywhere';
  /** How long the provider asked callers to stay away. */
  readonly retryAfterMs: number | undefined;
  /** The provider's error document in OpenAI's shape, if the client may see it. */
  readonly providerBody: Buffer | null;
}

/** The failure for a provider's status (not 2xx). */
export function failureOfStatus(status: number, retryAfterMs: number | undefined): AttemptFailure {
  const failure = (code: keyof typeof messages, retry: AttemptFailure['retry']): AttemptFailure => ({
    code,
    message: messages[code],
    status,
    retry,
    retryAfterMs,
    providerBody: null,
  });
  // 402: the gateway's own account with the provider is empty. The operator has to mend that, as with a wrong key.
  if (status === 401 || status === 402 || status === 403) return failure('upstream_unauthorized', 'elsewhere');
  if (status === 429) return failure('upstream_rate_limited', 'anywhere');
  if (status === 408 || status === 504) return failure('upstream_timeout', 'anywhere');
  if (status === 409 || status >= 500) return failure('upstream_error', 'anywhere');
  if (status >= 400) return failure('upstream_refused', 'never');
  return failure('upstream_invalid_response', 'elsewhere');
}

/** A failure that the provider did not report: no connection, a timeout, an unreadable answer. */
export function failureOfCode(code: BrokenOffCode, status: number, retry: AttemptFailure['retry']): AttemptFailure {
  return { code, message: messages[code], status, retry, retryAfterMs: undefined, providerBody: null };
}

export type BrokenOffCode = keyof Pick<
  typeof messages,
  'upstream_error' | 'upstream_timeout' | 'upstream_invalid_response' | 'upstream_cut' | 'internal_error'
>;

/** The client may ask for less. The answer was read to its end, and its usage is charged. */
export const tooLong: Refusal = {
  code: 'upstream_invalid_response',
  message:
    'The answer is too long for the gateway to pass on. The provider has written it, so it is charged. Ask for fewer choices or less output.',
};

export const messages = {
  upstream_unauthorized: 'The provider refused the gateway itself. Tell the operator of this gateway.',
  upstream_rate_limited: 'The provider is limiting the rate of requests. Wait, then send the request again.',
  upstream_timeout: 'The provider did not answer in time. Send the request again.',
  upstream_error: 'The provider failed to answer. Send the request again.',
  upstream_refused: 'The provider refused the request.',
  upstream_invalid_response: 'The provider gave an answer that cannot be read. Send the request again.',
  upstream_cut: 'The provider broke off in the middle of its answer.',
  internal_error: 'The gateway failed in the middle of the answer.',
} as const satisfies Partial<Record<ErrorCode, string>>;
