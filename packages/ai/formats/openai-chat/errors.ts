import type { Refusal } from '#errors/error-table.ts';
import { asObject, type JsonObject } from '#kernel/json.ts';
import type { ProviderError, ProviderErrorKind } from '../../answer-decoder.ts';
import { errorKind } from '../../errors/error-kind.ts';
import { sseEvent } from '../../sse/write-sse-event.ts';
import { type OpenAiErrorBody, openAiErrorBody } from './error-body.ts';

/** As much of a text that is no document as a client or an operator is told. */
const TEXT_MAX_CHARACTERS = 1_000;

/**
 * What a provider's document says of its failure, in any form that is in use: OpenAI's `{error: {...}}` and `{error: "..."}`,
 * Mistral's flat one and `{detail}`, MiniMax's `base_resp`, DashScope's `{code, message}`, Google's in an array.
 */
export function readOpenAiError(status: number, document: unknown, text = ''): ProviderError {
  const outer = asObject(Array.isArray(document) ? document[0] : document);
  const said = innermost(outer);
  const code = textOf(said?.['code']) || textOf(said?.['status_code']) || textOf(outer?.['code']);
  const type = textOf(said?.['type']) || textOf(said?.['status']);
  const message = messageOf(outer, said) || text.slice(0, TEXT_MAX_CHARACTERS).trim();
  // In a 200 the code may be the status that there should have been.
  const told = status >= 400 ? status : statusIn(code);
  return {
    kind: errorKind({ status: told, codes: [code, type], message }),
    message,
    code: code || type,
    param: textOf(said?.['param']),
  };
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

function innermost(outer: JsonObject | null): JsonObject | null {
  const error = asObject(outer?.['error']);
  if (error !== null) return error;
  const baseResp = asObject(outer?.['base_resp']);
  if (baseResp !== null) return baseResp;
  return outer;
}

function messageOf(outer: JsonObject | null, said: JsonObject | null): string {
  for (const value of [
    said?.['message'],
    said?.['status_msg'],
    outer?.['error'],
    outer?.['message'],
    outer?.['detail'],
  ]) {
    if (typeof value === 'string' && value !== '') return value.slice(0, TEXT_MAX_CHARACTERS);
    if (Array.isArray(value) && value.length > 0) return JSON.stringify(value).slice(0, TEXT_MAX_CHARACTERS);
  }
  return '';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

function statusIn(code: string): number {
  return /^[45]\d\d$/.test(code) ? Number(code) : 0;
}
