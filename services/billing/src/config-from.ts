import type { GatewayConfig } from '#config/gateway-config.ts';
import { ConfigError } from '#config/load-config.ts';
import { type BillingConfig, billingConfigFaults } from './config.ts';

/** Billing's part of a gateway's settings. Throws a `ConfigError` that lists all its faults. */
export function billingConfigFrom({ prices }: GatewayConfig): BillingConfig {
  const faults = billingConfigFaults({ prices });
  if (faults.length > 0) throw new ConfigError(faults);
  return { prices };
}
