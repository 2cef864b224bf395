import type { GatewayConfig } from '#config/gateway-config.ts';
import { defaultLimits, type RouterLimits } from './config.ts';

/**
 * How long providers are still heard for their usage at a stop, after the ingress has drained and every client is gone. A
 * third of what a stop has beyond the drain: what was streamed must be on record before the process is cut off.
 */
const ROUTER_CLOSE_MAX_MS = 10_000;

/**
 * What a request may still take when its time is over, draining the provider and writing the usage, must end before its
 * hold does.
 */
export function routerLimitsFrom(config: GatewayConfig): Partial<RouterLimits> {
  const marginMs = config.holdTtlMs - config.requestTimeoutMs;
  return {
    requestTimeoutMs: config.requestTimeoutMs,
    drainMaxMs: Math.min(defaultLimits.drainMaxMs, Math.ceil(marginMs / 2)),
    recordMaxMs: Math.min(defaultLimits.recordMaxMs, Math.ceil(marginMs / 4)),
    closeMaxMs: Math.min(config.drainTimeoutMs, ROUTER_CLOSE_MAX_MS),
  };
}
