import type { Identity } from '#api-keys/identity.ts';
import type { Admission } from '#contracts/quota.ts';
import { Fault } from '#errors/fault.ts';
import { systemClock } from '#kernel/clock.ts';
import { assertMayName } from '../access/permissions.ts';
import { askedAt, type ModelEndpoint } from '../endpoints/model-endpoint.ts';
import { gatewayHeaders } from '../http/gateway-headers.ts';
import { parseJsonObject } from '../http/parse-json-object.ts';
import { rateLimitHeaders } from '../http/rate-limit-headers.ts';
import type { OwnTurn } from '../http/turns.ts';
import type { IngressDependencies } from '../ports.ts';
import type { BeginTurn } from '../responses/conversation.ts';
import { admitRequestOf, type ToAdmit } from './admit-request.ts';
import { setHeaders } from './answer-headers.ts';
import { attributionOf } from './attribution.ts';
import type { Audience } from './audience.ts';
import type { Call } from './call.ts';
import { boundAdmission } from './client-presence.ts';
import type { Once } from './complete-once.ts';
import { deliver } from './deliver.ts';
import type { QuotaUsage } from './quota-usage.ts';
import { COSTLY_BODY_BYTES } from './refuse-without-money.ts';
import { type ForwardHeaders, requestOptions } from './request-options.ts';
import { routedModel } from './routed-model.ts';
import { routingOptions } from './routing-options.ts';
import { routingPlanOf } from './routing-plan.ts';

export type RunDependencies = Pick<
  IngressDependencies,
  'config' | 'quota' | 'router' | 'models' | 'billing' | 'registry' | 'clock' | 'modelEnds'
>;

/** What serves the requests of one endpoint. */
export interface CompletionParts {
  readonly dependencies: RunDependencies;
  readonly endpoint: ModelEndpoint;
  readonly forwardHeaders: ForwardHeaders;
  readonly usage: QuotaUsage;
  readonly ownTurn: OwnTurn;
  /** Of an endpoint whose answers are kept; absent: none is. */
  readonly beginTurn?: BeginTurn | undefined;
  /** How much longer than `requestTimeoutMs` a request may run; absent: not at all. */
  readonly extraTimeMs?: number | undefined;
}

/** Admits a request whose body is whole, has it carried out, and delivers the answer. */
export async function runCompletion(
  parts: CompletionParts,
  call: Call,
  audience: Audience,
  identity: Identity,
  sentBody: Buffer,
  once: Once | undefined,
): Promise<void> {
  const { dependencies, endpoint, forwardHeaders, extraTimeMs = 0 } = parts;
  const { config, router, registry } = dependencies;
  const { headers } = call.request;
  const { turn, body, parsedBody, asked } = await readRequest(parts, call, identity, sentBody);
  call.record.stream = asked.stream;
  const { unplacedFields, refusedRequestOptions: refused, attemptsMax } = registry.settings();
  const { dropsUnplaced, tellsCost } = requestOptions(headers, unplacedFields);
  const options = routingOptions(headers, { refused, timeoutMaxMs: config.requestTimeoutMs + extraTimeMs });
  const forwarded = forwardHeaders(headers);
  const attribution = attributionOf(headers, parsedBody);
  const routed = routedModel(dependencies, call, { identity, asked, attribution, options });
  const { answer, client: presence } = audience(asked.stream, once !== undefined);
  using client = presence;
  const result = await admit(parts, call, { identity, asked, routed, attribution, extraTimeMs });

  // From here on a hold is placed. The router ends it, also for a client that has left, or was told no, by now.
  const shutOut = await once?.admitted(result.durable);
  const { userId } = identity;
  const { routing } = routed;
  const answered = router.complete(
    {
      requestId: call.id,
      userId,
      operation: endpoint.format.operation,
      format: endpoint.format.name,
      headers: forwarded,
      body,
      parsedBody,
      stream: asked.stream,
      candidates: result.candidates,
      outputTokensMax: result.outputTokensMax,
      promptTokensBound: asked.promptTokensBound,
      outputTokensBound: result.outputTokensBound,
      admissionEventId: result.eventId,
      dropsUnplaced,
      tellsCost: tellsCost || asked.tellsCost,
      multiplierBasisPoints: result.multiplierBasisPoints,
      counts: asked.counts,
      plan: routingPlanOf({ userId, asked, attribution, routing, options, attemptsMax, shadow: result.shadow }),
      traceparent: call.traceparent,
      paysOnlyWhole: once?.isRepeated === true,
      extraTimeMs,
    },
    shutOut === undefined ? client.signal : AbortSignal.abort(),
  );
  const frames = turn?.kept(answered, asked.stream) ?? answered;
  if (once === undefined) await deliver(call, frames, answer, result.durable);
  else if (shutOut === undefined) await deliver(call, once.kept(frames, asked.stream, client.signal), answer, null);
  else await throwAfter(frames, shutOut);
}

/** What a request says, with the turns before it. Rejects with a `Fault` for what cannot be read, priced or gone on from. */
async function readRequest(
  { endpoint, ownTurn, beginTurn }: CompletionParts,
  call: Call,
  identity: Identity,
  sentBody: Buffer,
) {
  if (sentBody.length > COSTLY_BODY_BYTES) await ownTurn();
  const sent = parseJsonObject(sentBody, endpoint.bounds);
  // A conversation may be long: nothing of it is read for a model that may not be asked.
  if (beginTurn !== undefined && typeof sent['model'] === 'string') assertMayName(identity, sent['model']);
  const turn = await beginTurn?.(call, identity, sentBody, sent);
  const body = turn?.body ?? sentBody;
  const parsedBody = body === sentBody ? sent : parseJsonObject(body, endpoint.bounds);
  const checked = askedAt(endpoint, call.request.url, parsedBody, body.length);
  if ('refusal' in checked) throw new Fault(checked.refusal);
  return { turn, body, parsedBody, asked: checked.asked };
}

/** Asks for the admission, and tells the client how its limits stand. Rejects with a `Fault` where it is refused. */
async function admit(
  { dependencies, endpoint, usage }: CompletionParts,
  call: Call,
  toAdmit: ToAdmit,
): Promise<Admission> {
  const { config, quota, clock = systemClock } = dependencies;
  using _bound = boundAdmission(call, config.admissionTimeoutMs);
  const { result, windows } = await quota.admit(admitRequestOf(call, endpoint, toAdmit));
  usage.note(toAdmit.identity, windows);
  if (windows.length > 0) setHeaders(call, rateLimitHeaders(windows, call.dialect, clock()));
  if (result.kind === 'refused') throw new Fault(result.refusal);
  if (toAdmit.asked.hasOutput) setHeaders(call, { [gatewayHeaders.outputTokensMax]: String(result.outputTokensMax) });
  const { routeId } = toAdmit.routed.routing;
  if (routeId !== '') setHeaders(call, { [gatewayHeaders.route]: routeId });
  return result;
}

/** A request that was begun with an aborted signal calls no provider; its last frame says that its hold has ended. */
async function throwAfter(frames: AsyncIterable<unknown>, fault: Fault): Promise<never> {
  for await (const _frame of frames);
  throw fault;
}
