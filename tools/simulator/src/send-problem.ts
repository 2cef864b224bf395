import type { ServerResponse } from 'node:http';
import type { ProblemDetails } from './request-problem.ts';
import { sendJson } from './send-json.ts';
import type { Wire } from './wire.ts';

interface Problem {
  readonly status: number;
  readonly message: string;
  readonly details: ProblemDetails;
}

/** Sends a refusal or a fault as the format tells it; `status`: another than the problem's own. */
export function sendProblem(
  response: ServerResponse,
  wire: Pick<Wire, 'errorBody' | 'errorHeaders'>,
  problem: Problem,
  {
    status = problem.status,
    ...headers
  }: { readonly status?: number; readonly [header: string]: string | number | undefined } = {},
): void {
  const sent = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  sendJson(response, status, wire.errorBody(problem), { ...wire.errorHeaders?.(problem), ...Object.fromEntries(sent) });
}
