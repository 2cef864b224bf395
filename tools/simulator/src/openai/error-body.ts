import type { ProblemDetails } from '../request-problem.ts';

type ErrorKind = { readonly type: string; readonly code: string | null };

const kindsByStatus: Readonly<Record<number, ErrorKind>> = {
  401: { type: 'invalid_request_error', code: 'invalid_api_key' },
  402: { type: 'insufficient_quota', code: 'insufficient_quota' },
  404: { type: 'invalid_request_error', code: 'not_found' },
  429: { type: 'requests', code: 'rate_limit_exceeded' },
};

/** The JSON body of an error in OpenAI's shape, for an HTTP status. */
export function openAiErrorBody(problem: {
  readonly status: number;
  readonly message: string;
  readonly details?: ProblemDetails;
}): string {
  const { status, message, details = {} } = problem;
  const kind = kindsByStatus[status] ?? { type: status < 500 ? 'invalid_request_error' : 'server_error', code: null };
  return JSON.stringify({
    error: { message, type: kind.type, param: details.param ?? null, code: details.code ?? kind.code },
  });
}
