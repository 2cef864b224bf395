import { errorTable, type Refusal } from '#errors/error-table.ts';
import type { ProviderError, ProviderErrorKind } from '../../answer-decoder.ts';
import { sseEventOf } from '../../sse/write-sse-event.ts';

interface ErrorBody {
  readonly error: {
    readonly code: number;
    readonly message: string;
    readonly status: string;
    readonly details?: readonly unknown[];
  };
}

/** google.rpc.Code by HTTP status. https://cloud.google.com/apis/design/errors */
const statuses: ReadonlyMap<number, string> = new Map([
  [400, 'INVALID_ARGUMENT'],
  [401, 'UNAUTHENTICATED'],
  [402, 'FAILED_PRECONDITION'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [409, 'ABORTED'],
  [429, 'RESOURCE_EXHAUSTED'],
  [499, 'CANCELLED'],
  [501, 'UNIMPLEMENTED'],
  [503, 'UNAVAILABLE'],
  [504, 'DEADLINE_EXCEEDED'],
]);

const statusOfKind: Readonly<Partial<Record<ProviderErrorKind, number>>> = {
  request: 400,
  'context-window': 400,
  'content-policy': 400,
  'not-here': 404,
  rate: 429,
  overload: 503,
  timeout: 504,
};

/** A refusal of the gateway's, with its code and field as details. */
export function geminiErrorBody({ code, message, param }: Refusal, requestId: string): ErrorBody {
  const status = errorTable[code].httpStatus;
  const info = errorInfo(code, { request_id: requestId, ...(param !== undefined && { param }) });
  return { error: { code: status, message, status: nameOf(status), details: [info] } };
}

function errorInfo(reason: string, metadata: Readonly<Record<string, string>>): unknown {
  return { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'gateway', metadata };
}

export function geminiErrorEvent(refusal: Refusal, requestId: string): string {
  return sseEventOf(JSON.stringify(geminiErrorBody(refusal, requestId)));
}

/** Another format's error as clients of this one read it, in the provider's words. A prompt that is too long is told as a reason, too. */
export function geminiProviderErrorBody(error: ProviderError, status: number, requestId: string): ErrorBody {
  const code = status >= 400 ? status : (statusOfKind[error.kind] ?? 500);
  const message = error.message === '' ? 'The provider refused the request.' : error.message;
  const isTooLong = error.kind === 'context-window';
  return {
    error: {
      code,
      message,
      status: nameOf(statusOfKind[error.kind] ?? code),
      ...(isTooLong && { details: [errorInfo('context_length_exceeded', { request_id: requestId })] }),
    },
  };
}

function nameOf(status: number): string {
  return statuses.get(status) ?? (status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT');
}
