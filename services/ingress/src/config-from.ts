import type { GatewayConfig } from '#config/gateway-config.ts';
import { type IngressConfig, ingressDefaults } from './config.ts';

/** The part of a gateway's settings that is ingress's, with the token of its admin API. */
export function ingressConfigFrom(config: GatewayConfig, adminToken: string): IngressConfig {
  const { host, port, metricsToken, bodyMaxBytes, clientStallTimeoutMs, drainTimeoutMs, rateLimits } = config;
  return {
    ...ingressDefaults,
    ...{
      host,
      port,
      adminToken,
      metricsToken,
      bodyMaxBytes,
      requestTimeoutMs: config.requestTimeoutMs,
      backgroundTimeoutMs: config.backgroundTimeoutMs,
      clientStallTimeoutMs,
      drainTimeoutMs,
      rateLimits,
    },
  };
}
