import type { RouteRequest } from '#contracts/routing.ts';
import { systemClock } from '#kernel/clock.ts';

/** A request that nothing is known of, but when it is: no condition on what it holds fits it. For looks without a request at hand. */
export function anyRequest(nowMs = systemClock()): RouteRequest {
  return {
    headers: {},
    promptTokensEstimate: 0,
    promptTokensBound: 0,
    modalities: [],
    capabilities: [],
    region: '',
    shareKey: '',
    nowMs,
  };
}
