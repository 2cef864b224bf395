import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { GetProviderHealthResponseSchema } from '#contracts/gen/gateway/router/v1/router_pb.js';
import type { HealthState, ProviderHealth } from '#contracts/router.ts';

const states: readonly string[] = ['closed', 'half_open', 'open', 'draining', 'down'] satisfies readonly HealthState[];

export function healthToWire(
  health: readonly ProviderHealth[],
): MessageInitShape<typeof GetProviderHealthResponseSchema> {
  return {
    providers: health.map(({ sinceMs, probedAtMs, deployments, ...provider }) => ({
      ...provider,
      sinceMs: BigInt(sinceMs),
      probedAtMs: BigInt(probedAtMs),
      deployments: deployments.map(({ headroomBasisPoints, ...deployment }) => ({
        ...deployment,
        sinceMs: BigInt(deployment.sinceMs),
        untilMs: BigInt(deployment.untilMs),
        ...(headroomBasisPoints === undefined ? {} : { headroomBasisPoints }),
      })),
    })),
  };
}

/** Of a router of an earlier version: whether a provider is healthy, and no more. */
export function healthFromWire({
  providers,
}: MessageShape<typeof GetProviderHealthResponseSchema>): readonly ProviderHealth[] {
  return providers.map(({ $typeName: _name, state, sinceMs, probedAtMs, deployments, ...provider }) => ({
    ...provider,
    state: stateOf(state, provider.isHealthy),
    sinceMs: Number(sinceMs),
    probedAtMs: Number(probedAtMs),
    deployments: deployments.map(({ $typeName: _type, ...deployment }) => ({
      ...deployment,
      state: stateOf(deployment.state, true),
      sinceMs: Number(deployment.sinceMs),
      untilMs: Number(deployment.untilMs),
    })),
  }));
}

/** A state that a newer router names is told as whether all is well. */
export function stateOf(text: string, isHealthy: boolean): HealthState {
  if (states.includes(text)) return text as HealthState;
  return isHealthy ? 'closed' : 'open';
}
