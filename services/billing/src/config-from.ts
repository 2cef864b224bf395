import type { GatewayConfig } from '#config/gateway-config.ts';
import { ConfigError } from '#config/load-config.ts';
import { type BillingConfig, billingConfigFaults } from './config.ts';

/** The part of a gateway's settings that is billing's. Throws a `ConfigError` that lists all faults of it. */
export function billingConfigFrom({ prices }: GatewayConfig): BillingConfig {
  const faults = billingConfigFaults({ prices });
  if (faults.length > 0) throw new ConfigError(faults);
  return { prices };
}
