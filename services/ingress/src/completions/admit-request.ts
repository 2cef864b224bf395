import type { Asked } from '#ai/asked.ts';
import type { Identity } from '#api-keys/identity.ts';
import type { AdmitRequest, Attribution } from '#contracts/quota.ts';
import type { ModelEndpoint } from '../endpoints/model-endpoint.ts';
import type { Call } from './call.ts';
import type { RoutedRequest } from './routed-model.ts';

/** What is known of a request once it is checked. */
export interface ToAdmit {
  readonly identity: Pick<Identity, 'userId' | 'keyId' | 'teamId'>;
  readonly asked: Asked;
  readonly routed: RoutedRequest;
  readonly attribution: Attribution;
  /** How much longer than `requestTimeoutMs` it may run; absent: not at all. */
  readonly extraTimeMs?: number | undefined;
}

/** The request as quota is asked about it. */
export function admitRequestOf(
  { id, traceparent }: Pick<Call, 'id' | 'traceparent'>,
  { format }: Pick<ModelEndpoint, 'format'>,
  { identity, asked, routed, attribution, extraTimeMs = 0 }: ToAdmit,
): AdmitRequest {
  const { model, routing, hasOwnFallbacks } = routed;
  const { routeId, strategy, strategySource, leftOut, shadow, mayBecomePaid } = routing;
  return {
    requestId: id,
    userId: identity.userId,
    keyId: identity.keyId,
    teamId: identity.teamId,
    model: asked.model,
    stream: asked.stream,
    candidates: model.candidates,
    promptTokensBound: asked.promptTokensBound,
    prompts: asked.prompts,
    promptTokensEstimate: asked.promptTokensEstimate,
    outputTokensRequested: asked.outputTokensRequested,
    outputTokensDefault: model.outputTokensDefault,
    choices: asked.choices,
    operation: format.operation,
    format: format.name,
    otherUnits: asked.otherUnits,
    counts: asked.counts,
    serviceTier: asked.serviceTier,
    attribution,
    routing: { routeId, strategy, strategySource, leftOut, shadow, mayBecomePaid, hasOwnFallbacks },
    ...(extraTimeMs > 0 && { extraTimeMs }),
    traceparent,
  };
}
