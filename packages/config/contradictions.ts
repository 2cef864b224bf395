import type { GatewayConfig } from './gateway-config.ts';

/** The faults of settings that contradict each other. Settings in `faulty` have a fault of their own and are skipped. */
export function contradictions(config: GatewayConfig, faulty: ReadonlySet<string>): string[] {
  const faults: string[] = [];
  const { holdTtlMs, requestTimeoutMs, tlsCert, tlsKey, tlsCa, smtpUrl, smtpFrom, providers, prices } = config;
  if (!faulty.has('holdTtlMs') && !faulty.has('requestTimeoutMs') && holdTtlMs <= requestTimeoutMs) {
    faults.push('holdTtlMs: must be longer than requestTimeoutMs, or holds end under running requests');
  }
  const tls = [tlsCert, tlsKey, tlsCa].filter((file) => file !== undefined);
  if (tls.length % 3 !== 0) faults.push('tlsCert, tlsKey, tlsCa: give all three or none');
  if ((smtpUrl === undefined) !== (smtpFrom === undefined)) faults.push('smtpUrl, smtpFrom: give both or neither');
  for (const name of repeated(providers.map((provider) => provider.name))) {
    faults.push(`providers: the name "${name}" is there twice`);
  }
  for (const key of repeated(prices.map((price) => price.key))) faults.push(`prices: "${key}" is there twice`);
  return faults;
}

function repeated(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.filter((each, index) => names.indexOf(each) !== index));
}
