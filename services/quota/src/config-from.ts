import type { GatewayConfig } from '#config/gateway-config.ts';
import { ConfigError } from '#config/load-config.ts';
import { defaultQuotaConfig, type QuotaConfig, quotaConfigFaults } from './config.ts';

/** The part of a gateway's settings that is quota's. Throws a `ConfigError` that lists all faults of it. */
export function quotaConfigFrom(config: GatewayConfig): QuotaConfig {
  const { durability, multiplierBasisPoints, holdTtlMs, outputTokensDefault } = config;
  const quota = {
    ...defaultQuotaConfig,
    durability,
    multiplierBasisPoints,
    holdTtlMs,
    outputTokensDefault,
    outputTokensFloor: Math.min(defaultQuotaConfig.outputTokensFloor, outputTokensDefault),
    defaultRequestsPerMinute: config.requestsPerMinute,
  };
  const faults = quotaConfigFaults(quota);
  if (faults.length > 0) throw new ConfigError(faults);
  return quota;
}
