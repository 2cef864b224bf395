import type { JsonSchema } from '#admin-api/json-schema.ts';
import { type ErrorCode, errorTable, type Refusal } from '#errors/error-table.ts';
import { openAiErrors, problems } from '../http/error-form.ts';
import { JSON_MEDIA, PROBLEM_MEDIA, responseRef } from './operation.ts';

/** An example of each error that the document names. */
const examples: readonly Refusal[] = [
  { code: 'invalid_request', message: "'subject.kind' must be one of gateway, user, key.", param: 'subject.kind' },
  {
    code: 'invalid_admin_token',
    message: 'Send an admin token in an Authorization header: Authorization: Bearer ADMIN_TOKEN.',
  },
  { code: 'invalid_api_key', message: 'Incorrect API key provided, or one that has been revoked.' },
  { code: 'insufficient_balance', message: 'The balance does not cover this request. Add credit, or ask for less.' },
  { code: 'forbidden', message: 'The role auditor may not do this.' },
  { code: 'not_found', message: 'There is no user 0198f1c2.', param: 'id' },
  { code: 'conflict', message: 'Another user has this e-mail.', param: 'email' },
  { code: 'precondition_failed', message: 'It was changed since it was read: read it again.' },
  { code: 'idempotency_key_reused', message: 'This Idempotency-Key belongs to a request with another body.' },
  { code: 'rate_limit_exceeded', message: 'Rate limit reached: 60 requests a minute.', retryAfterMs: 1_000 },
  { code: 'unavailable', message: 'The gateway cannot reach a part of itself now; try again shortly.' },
];

const REQUEST_ID = '0198f1c2-5a3b-7c4d-8e9f-001122334455';

/** The errors of administration, and of the API that clients call: which codes an operation may be refused with. */
export const adminErrors: readonly ErrorCode[] = [
  'invalid_request',
  'invalid_admin_token',
  'forbidden',
  'not_found',
  'conflict',
  'precondition_failed',
  'idempotency_key_reused',
  'rate_limit_exceeded',
  'unavailable',
];
export const clientErrors: readonly ErrorCode[] = [
  'invalid_request',
  'invalid_api_key',
  'insufficient_balance',
  'not_found',
  'rate_limit_exceeded',
  'unavailable',
];

const problemName = (code: ErrorCode): string => `problem_${code}`;
const errorName = (code: ErrorCode): string => `error_${code}`;

/** The responses of an operation that may be refused with these codes. */
export function errorResponses(codes: readonly ErrorCode[], form: 'problem' | 'error'): JsonSchema {
  const nameOf = form === 'problem' ? problemName : errorName;
  return Object.fromEntries(codes.map((code) => [String(errorTable[code].httpStatus), responseRef(nameOf(code))]));
}

/** Every error response of the document, with an example of each. */
export function errorComponents(): JsonSchema {
  const exampleOf = (code: ErrorCode): Refusal =>
    examples.find((each) => each.code === code) ?? { code, message: code };
  const response = (code: ErrorCode, media: string, schema: string, example: unknown): JsonSchema => ({
    description: `\`${code}\``,
    content: { [media]: { schema: { $ref: `#/components/schemas/${schema}` }, example } },
  });
  return Object.fromEntries([
    ...adminErrors.map((code) => {
      const { document } = problems(exampleOf(code), REQUEST_ID);
      return [problemName(code), response(code, PROBLEM_MEDIA, 'Problem', document)] as const;
    }),
    ...clientErrors.map((code) => {
      const { document } = openAiErrors(exampleOf(code), REQUEST_ID);
      return [errorName(code), response(code, JSON_MEDIA, 'Error', document)] as const;
    }),
  ]);
}

const text = { type: 'string' };
const textOrNull = { type: ['string', 'null'] };

const error = {
  type: 'object',
  required: ['message', 'type', 'code'],
  properties: { message: text, type: text, param: textOrNull, code: textOrNull },
};

export const errorSchemas: Readonly<Record<string, JsonSchema>> = {
  Error: { type: 'object', required: ['error'], properties: { error } },
  Problem: {
    description: 'Problem details (RFC 9457). `detail` says what to do.',
    type: 'object',
    required: ['type', 'title', 'status', 'detail', 'code', 'field', 'request_id'],
    properties: {
      type: { ...text, examples: ['urn:gateway:error:invalid_request'] },
      title: text,
      status: { type: 'integer' },
      detail: text,
      code: { enum: Object.keys(errorTable) },
      field: { ...textOrNull, description: 'The field at fault, as `subject.kind` or `prices[0].unit`.' },
      request_id: text,
      error: { ...error, description: 'The same in the form of the OpenAI API.' },
    },
  },
};
