import type { FrontFormatName } from '#ai/format.ts';
import { formatTable } from '#ai/formats/format-table.ts';
import { openAiErrorBody } from '#ai/formats/openai-chat/error-body.ts';
import { errorTable, type Refusal } from '#errors/error-table.ts';
import { type Dialect, isUnder } from './dialect.ts';

/** How a refusal is written for those who call a part of the API. */
export type ErrorForm = (refusal: Refusal, requestId: string) => ErrorDocument;

export interface ErrorDocument {
  readonly contentType: string;
  readonly document: unknown;
}

export const JSON_TYPE = 'application/json; charset=utf-8';
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** OpenAI's, everywhere but where another form is said. */
export const openAiErrors: ErrorForm = (refusal) => ({ contentType: JSON_TYPE, document: openAiErrorBody(refusal) });

/** Anthropic's, where its clients ask. */
export const anthropicErrors = errorsOf('anthropic-messages');

const geminiErrors = errorsOf('gemini-generate');

const responsesErrors = errorsOf('openai-responses');

/**
 * Problem details (RFC 9457), for administration and for holders. `error` is for clients that were written when its errors had OpenAI's
 * form.
 */
export const problems: ErrorForm = (refusal, requestId) => {
  const { code, message, param = null } = refusal;
  const document = {
    type: `urn:gateway:error:${code}`,
    title: titleOf(code),
    status: errorTable[code].httpStatus,
    detail: message,
    code,
    field: param,
    request_id: requestId,
    ...openAiErrorBody(refusal),
  };
  return { contentType: PROBLEM_TYPE, document };
};

/** The form of the errors of a URL, also of one that does not exist: each part of the API has its own. */
export function errorFormOf(url: string, dialect: Dialect): ErrorForm {
  if (dialect === 'anthropic') return anthropicErrors;
  if (dialect === 'google') return geminiErrors;
  if (isUnder(url, '/admin') || isUnder(url, '/v1/me')) return problems;
  return isUnder(url, '/v1/responses') ? responsesErrors : openAiErrors;
}

function errorsOf(name: FrontFormatName): ErrorForm {
  const { server } = formatTable[name];
  return (refusal, requestId) => ({ contentType: JSON_TYPE, document: server.errorBody(refusal, requestId) });
}

function titleOf(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
