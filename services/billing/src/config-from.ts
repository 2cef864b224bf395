import type { GatewayConfig } from '#config/gateway-config.ts';
import type { BillingConfig } from './config.ts';

/** The part of a gateway's settings that is billing's. */
export function billingConfigFrom(config: GatewayConfig): BillingConfig {
  return { prices: config.prices };
}
