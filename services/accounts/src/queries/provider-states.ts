import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ListProviderHealthResponseSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import type { DeploymentHealth, ProviderHealth } from '#contracts/router.ts';
import { timeText } from '#kernel/time-text.ts';

/** How each provider is doing, as an administrator reads it. `provider`: only this one; empty: all. */
export function providerStates(
  health: readonly ProviderHealth[],
  provider: string,
): MessageInitShape<typeof ListProviderHealthResponseSchema> {
  const asked = health.filter((each) => provider === '' || each.provider === provider);
  return {
    providers: asked.map(({ provider: id, state, reason, sinceMs, inFlight, waiting, deployments, probedAtMs }) => ({
      id,
      state,
      reason,
      since: told(sinceMs),
      inFlight,
      waiting,
      deployments: deployments.map(deploymentState),
      probedAt: told(probedAtMs),
    })),
  };
}

function deploymentState({ sinceMs, untilMs, failureBasisPoints, headroomBasisPoints, ...rest }: DeploymentHealth) {
  const { account, model, state, reason, inFlight, firstTokenMs, tokensASecond } = rest;
  return {
    account,
    model,
    state,
    reason,
    since: told(sinceMs),
    until: told(untilMs),
    inFlight,
    firstTokenMs,
    tokensASecond,
    failedPercent: percent(failureBasisPoints),
    headroomPercent: headroomBasisPoints === undefined ? '' : percent(headroomBasisPoints),
  };
}

/** 0 is no time. */
function told(timeMs: number): string {
  return timeMs === 0 ? '' : timeText(timeMs);
}

function percent(basisPoints: number): string {
  return String(basisPoints / 100);
}
