import type { IncomingHttpHeaders } from 'node:http';
import { RequestProblem } from '../request-problem.ts';

const BEARER_PATTERN = /^Bearer\s+\S/i;

/** Any bearer token is a good one. */
export function refuseOpenAiHeaders(headers: IncomingHttpHeaders): RequestProblem | undefined {
  return BEARER_PATTERN.test(headers.authorization ?? '')
    ? undefined
    : new RequestProblem(
        401,
        "You didn't provide an API key. Put it in an Authorization header: Authorization: Bearer YOUR_KEY.",
      );
}
