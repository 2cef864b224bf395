import { errorTable, type Refusal } from '#errors/error-table.ts';
import type { ProviderError, ProviderErrorKind } from '../../answer-decoder.ts';
import { sseEventOf } from '../../sse/write-sse-event.ts';

interface ErrorBody {
  readonly type: 'error';
  readonly error: {
    readonly type: string;
    readonly message: string;
    /** The gateway's, or the provider's: more exact than the type. */
    readonly code?: string;
    readonly param?: string;
  };
  readonly request_id: string;
}

/** `error.type` by status. Others below 500 are `invalid_request_error`, from 500 on `api_error`. */
const typesByStatus: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [408, 'timeout_error'],
  [409, 'conflict_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [503, 'overloaded_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
]);

/** A refusal of the gateway's, with its code and its field. */
export function messagesErrorBody({ code, message, param }: Refusal, requestId: string): ErrorBody {
  const type = typeOf(errorTable[code].httpStatus);
  return {
    type: 'error',
    error: { type, message, code, ...(param !== undefined && { param }) },
    request_id: requestId,
  };
}

/** A failure in the middle of an answer, as an event. */
export function messagesErrorEvent(refusal: Refusal, requestId: string): string {
  return sseEventOf(JSON.stringify(messagesErrorBody(refusal, requestId)), 'error');
}

/** `error.type` by the kind of a provider's error, where the status does not say it. */
const typesByKind: Readonly<Partial<Record<ProviderErrorKind, string>>> = {
  request: 'invalid_request_error',
  'context-window': 'invalid_request_error',
  'content-policy': 'invalid_request_error',
  'not-here': 'not_found_error',
  rate: 'rate_limit_error',
  overload: 'overloaded_error',
  timeout: 'timeout_error',
  // The gateway's own key and account are none of the client's.
  key: 'api_error',
  balance: 'api_error',
  server: 'api_error',
};

/** By these words, clients of this format know that a conversation has to be made shorter. */
const TOO_LONG = 'prompt is too long';

/** Another format's error as clients of this one read it, in the provider's words. */
export function messagesProviderErrorBody(error: ProviderError, status: number, requestId: string): ErrorBody {
  const isTooLong = error.kind === 'context-window' && !error.message.toLowerCase().includes(TOO_LONG);
  const said = error.message === '' ? 'The provider refused the request.' : error.message;
  const message = isTooLong ? `${TOO_LONG}: ${said}` : said;
  return {
    type: 'error',
    error: {
      type: typesByKind[error.kind] ?? typeOf(status),
      message,
      ...(error.code !== '' && { code: error.code }),
      ...(error.param !== '' && { param: error.param }),
    },
    request_id: requestId,
  };
}

function typeOf(status: number): string {
  return typesByStatus.get(status) ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
}
