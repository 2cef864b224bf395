import { parseObjectKeptDigits } from '#ai/json/parse-kept-digits.ts';
import { writeJson } from '#ai/json/write-json.ts';
import type { Refusal } from '#errors/error-table.ts';
import type { JsonObject } from '#kernel/json.ts';
import type { FateOf } from '../../completions/kept-frames.ts';
import type { RequestFate } from '../../idempotency/request-fate.ts';
import type { StoredResponse } from '../response-store.ts';
import type { RunState, RunStore } from './run-store.ts';
import { failedResponse } from './told-response.ts';

/** What the log says of a request whose process is gone. */
const charges: Readonly<Record<RequestFate, string>> = {
  absent: 'Nothing is charged for it.',
  free: 'Nothing is charged for it.',
  open: 'What it had used by then, if anything, is charged.',
  used: 'What it had used by then is charged.',
};

/** Ends a response whose process is gone. It is not made again: whatever was charged for it stands. */
export type EndLost = (response: StoredResponse, state: RunState) => Promise<void>;

export function createEndLost(runs: Pick<RunStore, 'end'>, fateOf: FateOf): EndLost {
  return async (response, { requestId }) => {
    const fate = await fateOf(requestId).catch(() => 'open' as const);
    const message = `The gateway that made this response has stopped before its end. ${charges[fate]} Send the request again.`;
    const refusal: Refusal = { code: 'internal_error', message };
    await runs.end(
      response,
      ended(response, (soFar) => failedResponse(soFar, refusal)),
    );
  };
}

/** A stored response with an end in place of what it is so far. */
export function ended(response: StoredResponse, end: (soFar: JsonObject) => JsonObject): StoredResponse {
  const soFar = parseObjectKeptDigits(response.response) ?? {};
  return { ...response, response: writeJson(end(soFar)) };
}
