import { errorTable, type Refusal } from '#errors/error-table.ts';
import { asObject, type JsonObject } from '#kernel/json.ts';
import type { ProviderError } from '../../answer-decoder.ts';
import { errorKind } from '../../errors/error-kind.ts';

/** A refusal as clients of this format read it in an answer that is not 2xx. */
export function errorBody(refusal: Refusal): JsonObject {
  return {
    error: {
      message: refusal.message,
      type: errorTable[refusal.code].type,
      param: refusal.param ?? null,
      code: refusal.code,
    },
  };
}

/** What OpenAI's `error.type` is for a kind of error. */
const types: Readonly<Record<ProviderError['kind'], string>> = {
  request: 'invalid_request_error',
  'context-window': 'invalid_request_error',
  'content-policy': 'invalid_request_error',
  'not-here': 'invalid_request_error',
  rate: 'rate_limit_error',
  overload: 'server_error',
  key: 'server_error',
  balance: 'server_error',
  timeout: 'server_error',
  server: 'server_error',
  unknown: 'server_error',
};

/** Codes that clients go by, whatever a provider calls them. */
const codes: Readonly<Partial<Record<ProviderError['kind'], string>>> = {
  'context-window': 'context_length_exceeded',
  'content-policy': 'content_filter',
  rate: 'rate_limit_exceeded',
};

/** A provider's error in this format, in the provider's words. */
export function providerErrorBody(error: ProviderError, status: number): JsonObject {
  const isClients = status >= 400 && status < 500 && types[error.kind] === 'server_error';
  return {
    error: {
      message: error.message === '' ? `The provider answered with status ${status}.` : error.message,
      type: isClients ? 'invalid_request_error' : types[error.kind],
      param: error.param === '' ? null : error.param,
      code: codes[error.kind] ?? (error.code === '' ? null : error.code),
    },
  };
}

/** The error of an answer that is not 2xx. */
export function readError(status: number, document: JsonObject | null, text: string): ProviderError {
  const nested = document?.['error'];
  if (typeof nested === 'string') return toProviderError({ message: nested, code: document?.['code'] }, status);
  const error = asObject(nested) ?? document;
  return toProviderError(error ?? { message: text.trim().slice(0, MESSAGE_MAX_CHARACTERS) }, status);
}

/** A page of a proxy can be long; its first lines say what it is. */
const MESSAGE_MAX_CHARACTERS = 1_000;

/** The error object of a response, an event or a document. `status`: 0 where there is none. */
export function toProviderError(error: JsonObject, status: number): ProviderError {
  const message = textOf(error['message'] ?? error['detail']);
  const code = textOf(error['code']) || textOf(error['type']);
  const kind = errorKind({ status, codes: [textOf(error['code']), textOf(error['type'])], message });
  return { kind, message, code, param: textOf(error['param']) };
}

function textOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : '';
}
