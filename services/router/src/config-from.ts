import type { GatewayConfig } from '#config/gateway-config.ts';
import { defaultLimits, type RouterLimits } from './config.ts';

/**
 * How long a stop still hears providers for their usage, after the ingress has drained and every client is gone. A
 * third of the stop's time beyond the drain: the usage of streamed text must be on record before the process is cut
 * off.
 */
const ROUTER_CLOSE_MAX_MS = 10_000;

/**
 * How long a request may still take when its time is over: draining the provider and writing the usage must end before
 * its hold does.
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
