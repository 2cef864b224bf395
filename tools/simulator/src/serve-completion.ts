import type { IncomingMessage, ServerResponse } from 'node:http';
import { isJsonObject } from '#kernel/json.ts';
import { answerTo } from './answer.ts';
import type { AwsCredentials } from './aws/credentials.ts';
import { usageOf } from './completion-usage.ts';
import { deliverStream } from './deliver-stream.ts';
import { deliverWhole } from './deliver-whole.ts';
import type { Delivery } from './delivery.ts';
import type { FaultGate } from './fault-gate.ts';
import type { GoogleIdentity } from './google/service-account.ts';
import type { Meter } from './meter.ts';
import { mergeScripts, parseScript } from './parse-script.ts';
import { pause } from './pause.ts';
import type { Prompt } from './prompt.ts';
import { parseJson, readBody } from './request-body.ts';
import { RequestProblem } from './request-problem.ts';
import type { Script } from './script.ts';
import { readScriptPrefix } from './script-prefix.ts';
import { sendProblem } from './send-problem.ts';
import { createSettlement } from './settlement.ts';
import type { Wire } from './wire.ts';

/** What all completions of one simulator share. */
export interface Workplace {
  readonly runId: string;
  readonly meter: Meter;
  readonly faultGate: FaultGate;
  readonly jitterMs: (maxMs: number) => number;
  readonly defaults: () => Script;
  readonly nextSequence: () => number;
  readonly hold: (response: ServerResponse) => void;
  /** The keys that a signed request may be signed with. */
  readonly awsCredentials: readonly AwsCredentials[];
  readonly google: GoogleIdentity;
}

/** A completion request, and the format in which it is read and answered. */
export interface Exchange {
  readonly wire: Wire;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Answers one completion request. A refusal has the error shape of its wire format. */
export async function serveCompletion(workplace: Workplace, exchange: Exchange): Promise<void> {
  const { wire, request, response } = exchange;
  try {
    const refusal = wire.refuseHeaders(request.headers);
    if (refusal !== undefined) throw refusal;
    const text = await readBody(request);
    const wrong = wire.refuseRequest?.({
      method: request.method ?? '',
      target: request.url ?? '/',
      headers: request.headers,
      body: text,
    });
    if (wrong !== undefined) throw wrong;
    const body = parseJson(text);
    if (!isJsonObject(body)) throw new RequestProblem(400, 'The body of the request has to be a JSON object.');
    await answer(workplace, exchange, wire.readPrompt(body, request.headers));
  } catch (problem) {
    if (!(problem instanceof RequestProblem)) throw problem;
    sendProblem(response, wire, problem);
  }
}

async function answer(workplace: Workplace, { wire, request, response }: Exchange, prompt: Prompt): Promise<void> {
  const { userText, script: asked } = scriptFor(workplace.defaults(), request, prompt);
  const script = workplace.faultGate(asked);
  const said = answerTo(prompt, script, userText);
  const usage = usageOf(prompt, script, said, wire.longCacheUnit);
  const sequence = workplace.nextSequence();
  const createdAtMs = Date.now();
  const requestId = request.headers['x-request-id'];
  const settlement = createSettlement(response, usage, said.piecesTotal, (status, metered) =>
    workplace.meter.record({
      requestId: typeof requestId === 'string' ? requestId : null,
      sequence,
      format: wire.name,
      model: prompt.model,
      status,
      usage: metered,
      isUsageOmitted: script.omitUsage === true,
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
    script,
  };
  const latencyMs = latencyOf(workplace, script);
  if (latencyMs > 0 && !(await pause(response, latencyMs))) return;
  await deliver({ wire, response, script, completion, settlement, hold: workplace.hold });
}

async function deliver(delivery: Delivery): Promise<void> {
  const { response, script, completion } = delivery;
  if (script.status !== undefined) sendStatus(delivery, script.status);
  else if (script.hang === 'headers') delivery.hold(response);
  else if (completion.prompt.stream) await deliverStream(delivery);
  else deliverWhole(delivery);
}

/** Answers with the status that the script asks for. */
function sendStatus({ wire, response, script, completion, settlement }: Delivery, status: number): void {
  settlement.settle('failed');
  const message = script.errorText ?? `The simulator was told to answer with status ${status}.`;
  sendProblem(
    response,
    wire,
    { status, message, details: {} },
    { [wire.requestIdHeader]: `req_${completion.id}`, 'retry-after': script.retryAfterS },
  );
}

/** The defaults, then the prefix in the user's text, then the header; without the last two nothing is merged. */
function scriptFor(defaults: Script, request: IncomingMessage, prompt: Prompt): { script: Script; userText: string } {
  const prefix = readScriptPrefix(prompt.userText);
  const header = request.headers['x-simulator-script'];
  if (prefix === undefined && header === undefined) return { script: defaults, userText: prompt.userText };
  const script = mergeScripts(defaults, prefix?.script ?? {}, typeof header === 'string' ? parseScript(header) : {});
  return { script, userText: prefix?.rest ?? prompt.userText };
}

function latencyOf(workplace: Workplace, script: Script): number {
  const jitterMs = script.jitterMs === undefined ? 0 : workplace.jitterMs(script.jitterMs);
  return (script.latencyMs ?? 0) + jitterMs;
}
