import type { ProviderErrorKind } from '#ai/answer-decoder.ts';
import type { ErrorCode, Refusal } from '#errors/error-table.ts';
import type { FailureClass } from './failure-class.ts';

/** Why an attempt gave no answer, and how to go on. */
export interface AttemptFailure {
  readonly code: ErrorCode;
  readonly failure: FailureClass;
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
  /** The provider's error document in the client's format, if the client may see it. */
  readonly providerBody: Buffer | null;
}

/** What is done about a kind of no. */
interface KindRow {
  readonly code: keyof typeof messages;
  readonly retry: AttemptFailure['retry'];
  /** The client gets the provider's status and words: it is the one who can do something. */
  readonly isToldAsIs: boolean;
}

const row = (code: KindRow['code'], retry: KindRow['retry'], isToldAsIs = false): KindRow => ({
  code,
  retry,
  isToldAsIs,
});

export const kindRows: Readonly<Record<ProviderErrorKind, KindRow>> = {
  request: row('upstream_refused', 'never', true),
  'context-window': row('context_length_exceeded', 'never', true),
  'content-policy': row('content_filter', 'never', true),
  // It says something of this provider, and nothing of the request.
  'not-here': row('upstream_refused', 'elsewhere', true),
  rate: row('upstream_rate_limited', 'anywhere'),
  overload: row('upstream_error', 'anywhere'),
  // The operator has to mend it, as well as an account that is empty.
  key: row('upstream_unauthorized', 'elsewhere'),
  balance: row('upstream_unauthorized', 'elsewhere'),
  timeout: row('upstream_timeout', 'anywhere'),
  server: row('upstream_error', 'anywhere'),
  unknown: row('upstream_invalid_response', 'elsewhere'),
};

/** The failure for what a provider said (a status that is not 2xx, or an error within an answer). */
export function failureOfError(
  kind: ProviderErrorKind,
  status: number,
  retryAfterMs: number | undefined,
  providerBody: Buffer | null,
): AttemptFailure {
  const { code, retry, isToldAsIs } = kindRows[kind];
  const message = messages[code];
  return {
    code,
    failure: kind,
    message,
    status,
    retry,
    retryAfterMs,
    providerBody: isToldAsIs ? providerBody : null,
  };
}

/**
 * Whether a failure says nothing against the provider: it refuses the request. A size and a media type are of the request, too,
 * although another provider may take them: clients could make a provider look ill with them.
 */
export function isOfRequest({ failure, status }: Pick<AttemptFailure, 'failure' | 'status'>): boolean {
  const isRefused = failure === 'request' || failure === 'context-window' || failure === 'content-policy';
  return isRefused || (failure === 'not-here' && (status === 413 || status === 415));
}

/** Codes of a no to the request, also within an answer. */
export const refusalCodes = ['upstream_refused', 'context_length_exceeded', 'content_filter'] as const;

/** A failure that the provider did not report: no connection, a timeout, an unreadable answer. */
export function failureOfCode(
  code: BrokenOffCode,
  failure: FailureClass,
  status: number,
  retry: AttemptFailure['retry'],
): AttemptFailure {
  return { code, failure, message: messages[code], status, retry, retryAfterMs: undefined, providerBody: null };
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
  context_length_exceeded:
    'The prompt and its answer are longer than the model takes. Send less, or ask for less output.',
  content_filter: "The provider's filter refused the request.",
  upstream_invalid_response: 'The provider gave an answer that cannot be read. Send the request again.',
  upstream_cut: 'The provider broke off in the middle of its answer.',
  internal_error: 'The gateway failed in the middle of the answer.',
} as const satisfies Partial<Record<ErrorCode, string>>;
