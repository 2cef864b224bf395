import type { Refusal } from '#errors/error-table.ts';
import { asObject } from '#kernel/json.ts';
import type { ProviderError, ProviderErrorKind } from '../../answer-decoder.ts';
import { awsErrorName, readAwsError } from '../../errors/aws-error.ts';
import { errorKind } from '../../errors/error-kind.ts';
import { readErrorDocument } from '../../errors/read-error-document.ts';
import type { ErrorHeaders } from '../../format.ts';
import { sseEvent } from '../../sse/write-sse-event.ts';
import { type OpenAiErrorBody, openAiErrorBody } from './error-body.ts';

/** As much of a text that is no document as a client or an operator is told. */
const TEXT_MAX_CHARACTERS = 1_000;

/** What a provider's document says of its failure, in any form that is in use (`readErrorDocument`), Amazon's by its header. */
export function readOpenAiError(
  status: number,
  document: unknown,
  text = '',
  headers: ErrorHeaders = {},
): ProviderError {
  const awsName = awsErrorName(headers);
  const outer = asObject(document);
  if (awsName !== '' && outer?.['error'] === undefined) {
    return readAwsError({ status, name: awsName, document: outer, text });
  }
  const { code, codes, message, param } = readErrorDocument(document);
  const words = message || text.slice(0, TEXT_MAX_CHARACTERS).trim();
  // In a 200 the code may be the status that there should have been.
  const told = status >= 400 ? status : statusIn(code);
  return { kind: errorKind({ status: told, codes, message: words }), message: words, code, param };
}

/** Whether a value of a field `error` says that something failed: `null`, `{}` and `""` do not. */
export function saysError(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '' || value === 0) return false;
  const object = asObject(value);
  return object === null || Object.keys(object).length > 0;
}

/** Whether MiniMax's status says that something failed. */
export function saysBadStatus(baseResp: unknown): boolean {
  const status = asObject(baseResp)?.['status_code'];
  return typeof status === 'number' && status !== 0;
}

/** OpenAI's type of error for a kind, for clients that go by it. */
const typeOfKind: Readonly<Record<ProviderErrorKind, string>> = {
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

/** Codes of OpenAI's that clients act upon, where a provider of another format has its own. */
const codeOfKind: Readonly<Partial<Record<ProviderErrorKind, string>>> = {
  'context-window': 'context_length_exceeded',
  'content-policy': 'content_filter',
};

/** A provider's error as OpenAI's document, in the provider's words. */
export function openAiProviderErrorBody(error: ProviderError): OpenAiErrorBody {
  return {
    error: {
      message: error.message === '' ? 'The provider refused the request.' : error.message,
      type: typeOfKind[error.kind],
      param: error.param === '' ? null : error.param,
      code: codeOfKind[error.kind] ?? (error.code === '' ? null : error.code),
    },
  };
}

/** The event that tells a stream's client of a failure in the middle of an answer. */
export function openAiErrorEvent(refusal: Refusal): string {
  return sseEvent(openAiErrorBody(refusal));
}

function statusIn(code: string): number {
  return /^[45]\d\d$/.test(code) ? Number(code) : 0;
}
