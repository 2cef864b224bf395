import type { EventBodies } from '#contracts/events.ts';

/** How a request was routed, as its admission has it. */
export interface ExplainedRouting {
  /** Empty: no route fitted, or an old log. */
  readonly routeId: string;
  /** Empty: an old log. */
  readonly strategy: string;
  /** What said so: request, route, model, alias, user, team, settings; empty: nothing did. */
  readonly strategySource: string;
  readonly leftOut: readonly { readonly provider: string; readonly model: string; readonly reason: string }[];
  /** Got a copy of the request, which the house pays. null: nobody did. */
  readonly shadow: {
    readonly provider: string;
    readonly model: string;
    readonly likelyCostNanoUsd: bigint | null;
  } | null;
}

export function explainRouting(admitted: EventBodies['RequestAdmitted']): ExplainedRouting {
  const { routeId, strategy, strategySource, leftOut, shadows } = admitted;
  const [shadow] = shadows;
  return {
    routeId,
    strategy,
    strategySource,
    leftOut,
    shadow:
      shadow === undefined
        ? null
        : { provider: shadow.provider, model: shadow.model, likelyCostNanoUsd: likelyCostOf(shadow) },
  };
}

/** null: nobody said. */
export function likelyCostOf({ likelyCostNanoUsd }: { readonly likelyCostNanoUsd?: string }): bigint | null {
  return likelyCostNanoUsd === undefined ? null : BigInt(likelyCostNanoUsd);
}
