import type { IncomingMessage, ServerResponse } from 'node:http';
import { isJsonObject } from '#kernel/json.ts';
import { answerTo } from './answer.ts';
import { usageOf } from './completion-usage.ts';
import { deliverStream } from './deliver-stream.ts';
import { deliverWhole } from './deliver-whole.ts';
import { type Delivery, sendJson } from './delivery.ts';
import type { FaultGate } from './fault-gate.ts';
import type { Meter } from './meter.ts';
import { pause } from './pause.ts';
import type { Prompt } from './prompt.ts';
import { parseJson, readBody } from './request-body.ts';
import { RequestProblem } from './request-problem.ts';
import { mergeScripts, parseScript, type Script } from './script.ts';
import { readScriptPrefix } from './script-prefix.ts';
import { createSettlement } from './settlement.ts';
import type { Wire } from './wire.ts';

/** What all completions of one simulator share. */
export type Workplace = {
  readonly runId: string;
  readonly meter: Meter;
  readonly faultGate: FaultGate;
  readonly jitter: (max: number) => number;
  readonly defaults: () => Script;
  readonly nextSequence: () => number;
  readonly hold: (response: ServerResponse) => void;
};

/** Answers one completion request in the given wire format; a refused request is answered in its error shape. */
export async function serveCompletion(
  workplace: Workplace,
  wire: Wire,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const refusal = wire.refuseHeaders(request.headers);
    if (refusal !== undefined) {
      throw refusal;
    }
    const body = parseJson(await readBody(request));
    if (!isJsonObject(body)) {
      throw new RequestProblem(400, 'The body of the request has to be a JSON object.');
    }
    await answer(workplace, wire, request, response, wire.readPrompt(body));
  } catch (problem) {
    if (!(problem instanceof RequestProblem)) {
      throw problem;
    }
    sendJson(response, problem.status, wire.errorBody(problem.status, problem.message));
  }
}

async function answer(
  workplace: Workplace,
  wire: Wire,
  request: IncomingMessage,
  response: ServerResponse,
  prompt: Prompt,
): Promise<void> {
  const { userText, script: asked } = scriptFor(workplace.defaults(), request, prompt);
  const script = workplace.faultGate(asked);
  const said = answerTo(prompt, script, userText);
  const usage = usageOf(prompt, script, said.pieces.length * prompt.choices);
  const sequence = workplace.nextSequence();
  const createdAtMs = Date.now();
  const requestId = request.headers['x-request-id'];
  const settlement = createSettlement(response, usage, said.pieces.length, (status, metered) =>
    workplace.meter.record({
      requestId: typeof requestId === 'string' ? requestId : null,
      sequence,
      wire: wire.name,
      model: prompt.model,
      status,
      usage: metered,
      stream: prompt.stream,
      startedAtMs: createdAtMs,
    }),
  );
  const completion = {
    id: `${workplace.runId}${sequence}`,
    createdAtMs,
    prompt,
    answer: said,
    usage: script.omitUsage === true ? undefined : usage,
  };
  const latencyMs = latencyOf(workplace, script);
  if (latencyMs > 0 && !(await pause(response, latencyMs))) {
    return;
  }
  await deliver({ wire, response, script, completion, settlement, hold: workplace.hold });
}

async function deliver(delivery: Delivery): Promise<void> {
  const { wire, response, script, completion, settlement } = delivery;
  if (script.status !== undefined) {
    settlement.settle('failed');
    const retryAfter: Record<string, string> =
      script.retryAfterS === undefined ? {} : { 'retry-after': String(script.retryAfterS) };
    const message = `The simulator was told to answer with status ${script.status}.`;
    sendJson(response, script.status, wire.errorBody(script.status, message), {
      [wire.requestIdHeader]: `req_${completion.id}`,
      ...retryAfter,
    });
  } else if (script.hang === 'headers') {
    delivery.hold(response);
  } else if (completion.prompt.stream) {
    await deliverStream(delivery);
  } else {
    deliverWhole(delivery);
  }
}

/** The defaults, then the prefix in the user's text, then the header; without the last two nothing is merged. */
function scriptFor(defaults: Script, request: IncomingMessage, prompt: Prompt): { script: Script; userText: string } {
  const prefix = readScriptPrefix(prompt.userText);
  const header = request.headers['x-simulator-script'];
  if (prefix === undefined && header === undefined) {
    return { script: defaults, userText: prompt.userText };
  }
  const script = mergeScripts(defaults, prefix?.script ?? {}, typeof header === 'string' ? parseScript(header) : {});
  return { script, userText: prefix?.rest ?? prompt.userText };
}

function latencyOf(workplace: Workplace, script: Script): number {
  const jitterMs = script.jitterMs === undefined ? 0 : workplace.jitter(script.jitterMs);
  return (script.latencyMs ?? 0) + jitterMs;
}
