import type { GatewayConfig } from '#config/gateway-config.ts';
import { defaultQuotaConfig, type QuotaConfig } from './config.ts';

/** The part of a gateway's settings that is quota's. */
export function quotaConfigFrom(config: GatewayConfig): QuotaConfig {
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
