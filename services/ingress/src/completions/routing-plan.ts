import type { Asked } from '#ai/asked.ts';
import type { Attribution, PricedCandidate } from '#contracts/quota.ts';
import type { Priority, Routing, RoutingPlan } from '#contracts/routing.ts';
import { stickyKeyOf } from '#registry/request-keys.ts';
import { conversationOf } from './route-request.ts';
import type { RoutingOptions } from './routing-options.ts';

/** The most attempts for a request where neither a route nor the settings say so. */
const ATTEMPTS_MAX_DEFAULT = 3;

/** What a plan follows from. */
export interface ToPlan {
  readonly userId: string;
  readonly asked: Pick<Asked, 'conversationKey' | 'hasSealedThoughts' | 'promptTokensEstimate'>;
  readonly attribution: Pick<Attribution, 'sessionId'>;
  /** The client's strategy is in it. */
  readonly routing: Routing;
  readonly options: Pick<RoutingOptions, 'timeoutMs' | 'attemptsMax' | 'priority'>;
  /** Of the settings; 0: they name none. */
  readonly attemptsMax: number;
  readonly shadow: PricedCandidate | undefined;
}

/** How an admitted request is to be routed: what policy says, within which its client may choose. */
export function routingPlanOf({
  userId,
  asked,
  attribution,
  routing,
  options,
  attemptsMax,
  shadow,
}: ToPlan): RoutingPlan {
  const { strategy, strategySource, routeId, hedgeAfterMs } = routing;
  const isSealed = asked.hasSealedThoughts === true;
  // Nothing else goes by the key.
  const stickyKey = isSealed || strategy === 'sticky' ? stickyKeyOf(userId, conversationOf(asked, attribution)) : '';
  return {
    strategy,
    strategySource,
    routeId,
    stickyKey,
    mustStick: isSealed && stickyKey !== '',
    timeoutMs: shorter(routing.timeoutMs, options.timeoutMs),
    attemptsMax: attemptsWithin(routing.attemptsMax, options.attemptsMax, attemptsMax),
    hedgeAfterMs,
    priority: lower(routing.priority, options.priority),
    ...(shadow === undefined ? {} : { shadow }),
    promptTokensEstimate: asked.promptTokensEstimate,
    isTimeoutClients:
      options.timeoutMs !== undefined && (routing.timeoutMs === 0 || options.timeoutMs < routing.timeoutMs),
  };
}

/** 0: nothing is said. */
function shorter(routeMs: number, clientMs: number | undefined): number {
  if (clientMs === undefined) return routeMs;
  return routeMs === 0 ? clientMs : Math.min(routeMs, clientMs);
}

function attemptsWithin(ofRoute: number, ofClient: number | undefined, ofSettings: number): number {
  if (ofClient === undefined) return ofRoute;
  return Math.min(ofClient, ofRoute || ofSettings || ATTEMPTS_MAX_DEFAULT);
}

const ranks: Readonly<Record<Priority, number>> = { high: 0, normal: 1, low: 2 };

/** A client may let others go first, and never go first itself. */
function lower(ofRoute: Priority, ofClient: Priority | undefined): Priority {
  return ofClient !== undefined && ranks[ofClient] > ranks[ofRoute] ? ofClient : ofRoute;
}
