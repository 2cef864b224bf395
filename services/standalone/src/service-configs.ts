import type { GatewayConfig } from '#config/gateway-config.ts';
import type { BillingConfig } from '../../billing/src/config.ts';
import { type IngressConfig, ingressDefaults } from '../../ingress/src/config.ts';
import { defaultQuotaConfig, type QuotaConfig } from '../../quota/src/config.ts';
import { defaultLimits, type RouterConfig } from '../../router/src/config.ts';
import type { ProviderWithKey } from './providers.ts';
import type { Secrets } from './secrets.ts';

export function ingressConfigOf(config: GatewayConfig, secrets: Secrets): IngressConfig {
  const { host, port, bodyMaxBytes, requestTimeoutMs, drainTimeoutMs } = config;
  const { adminToken } = secrets;
  return { ...ingressDefaults, host, port, bodyMaxBytes, requestTimeoutMs, drainTimeoutMs, adminToken };
}

export function quotaConfigOf(config: GatewayConfig): QuotaConfig {
  const { durability, multiplierBasisPoints, holdTtlMs, outputTokensDefault } = config;
  return {
    ...defaultQuotaConfig,
    durability,
    multiplierBasisPoints,
    holdTtlMs,
    outputTokensDefault,
    outputTokensFloor: Math.min(defaultQuotaConfig.outputTokensFloor, outputTokensDefault),
    defaultRequestsPerMinute: config.requestsPerMinute,
  };
}

/**
 * How long providers are still heard for their usage at a stop, after the ingress has drained and every client is gone. A
 * third of what a stop has beyond the drain: what was streamed must be on record before the process is cut off.
 */
const ROUTER_CLOSE_MAX_MS = 10_000;

/**
 * What a request may still take when its time is over, draining the provider and writing the usage, must end before its
 * hold does.
 */
export function routerConfigOf(config: GatewayConfig, providers: readonly ProviderWithKey[]): RouterConfig {
  const marginMs = config.holdTtlMs - config.requestTimeoutMs;
  return {
    providers,
    requestTimeoutMs: config.requestTimeoutMs,
    drainMaxMs: Math.min(defaultLimits.drainMaxMs, Math.ceil(marginMs / 2)),
    recordMaxMs: Math.min(defaultLimits.recordMaxMs, Math.ceil(marginMs / 4)),
    closeMaxMs: Math.min(config.drainTimeoutMs, ROUTER_CLOSE_MAX_MS),
  };
}

export function billingConfigOf(config: GatewayConfig): BillingConfig {
  return { prices: config.prices };
}
