import type { IncomingMessage, ServerResponse } from 'node:http';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { promptTokensIn } from './completion-usage.ts';
import type { Prompt } from './prompt.ts';
import { parseJson, readBody } from './request-body.ts';
import { RequestProblem } from './request-problem.ts';
import { sendJson } from './send-json.ts';
import { sendProblem } from './send-problem.ts';
import type { Wire } from './wire.ts';

/** How a format counts the tokens of a request without answering it. */
export interface Counting {
  readonly wire: Wire;
  readonly readPrompt: (body: JsonObject) => Prompt;
  readonly answer: (tokens: number) => JsonObject;
}

/** Counts the tokens of a prompt. Nothing is metered: a count is free. */
export async function serveCount(
  counting: Counting,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { wire, readPrompt, answer } = counting;
  try {
    const refusal = wire.refuseHeaders(request.headers);
    if (refusal !== undefined) throw refusal;
    const body = parseJson(await readBody(request));
    if (!isJsonObject(body)) throw new RequestProblem(400, 'The body of the request has to be a JSON object.');
    sendJson(response, 200, JSON.stringify(answer(promptTokensIn(readPrompt(body)))));
  } catch (problem) {
    if (!(problem instanceof RequestProblem)) throw problem;
    sendProblem(response, wire, problem);
  }
}
